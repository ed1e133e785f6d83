// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/authorization.h"

#include "system/handles.h"

#include <cstring>

namespace ooto::http
{

namespace
{

/** The text as a secret; its own bytes are wiped. */
system::Secret takeSecret(std::string &text)
{
    system::Secret secret(text);
    explicit_bzero(text.data(), text.size());
    return secret;
}

} // namespace

system::Secret basicAuthorization(const std::string &id, const system::Secret &password)
{
    // Reserved, so that no shorter copy is left behind while it grows.
    std::string plain;
    plain.reserve(id.size() + 1 + std::strlen(password.reveal()));
    plain.append(id).append(":").append(password.reveal());
    const system::CharsHandle encoded(
        g_base64_encode(reinterpret_cast<const guchar *>(plain.data()), plain.size()));
    explicit_bzero(plain.data(), plain.size());
    const std::size_t size = std::strlen(encoded.get());
    std::string whole;
    whole.reserve(std::strlen("Basic ") + size);
    whole.append("Basic ").append(encoded.get());
    explicit_bzero(encoded.get(), size);
    return takeSecret(whole);
}

system::Secret bearerAuthorization(const system::Secret &token)
{
    std::string whole;
    whole.reserve(std::strlen("Bearer ") + std::strlen(token.reveal()));
    whole.append("Bearer ").append(token.reveal());
    return takeSecret(whole);
}

} // namespace ooto::http
