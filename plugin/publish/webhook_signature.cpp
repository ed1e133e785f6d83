// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/webhook_signature.h"

#include "system/handles.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace ooto::publish
{

namespace
{

using HmacHandle = system::Handle<GHmac, g_hmac_unref>;

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t sha256Bytes = 32;

/** GLib's decoder leaves out what is no base64: then it would be another key. */
bool isBase64(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/'; });
}

/** The bytes of a secret, wiped when they go. */
class Key
{
public:
    explicit Key(const system::Secret &secret)
    {
        std::string_view text = secret.reveal();
        if (!text.starts_with(prefix))
            return;
        text.remove_prefix(prefix.size());
        for (int i = 0; i < 2 && text.ends_with('='); ++i)
            text.remove_suffix(1);
        if (!isBase64(text) || text.size() % 4 == 1 || text.empty())
            return;
        // At once as large as it gets, so that no copy is left behind.
        bytes_.reserve(text.size() + 4);
        bytes_.append(text);
        bytes_.append((4 - text.size() % 4) % 4, '=');
        g_base64_decode_inplace(bytes_.data(), &size_);
    }
    Key(const Key &) = delete;
    Key &operator=(const Key &) = delete;
    ~Key() { explicit_bzero(bytes_.data(), bytes_.size()); }

    std::string_view bytes() const { return {bytes_.data(), size_}; }

private:
    std::string bytes_; ///< as long as the text was
    gsize size_ = 0;
};

const guchar *unsignedBytes(std::string_view text)
{
    return reinterpret_cast<const guchar *>(text.data());
}

std::string signatureBy(const Key &key, std::string_view head, std::string_view body)
{
    const HmacHandle hmac(
        g_hmac_new(G_CHECKSUM_SHA256, unsignedBytes(key.bytes()), key.bytes().size()));
    g_hmac_update(hmac.get(), unsignedBytes(head), static_cast<gssize>(head.size()));
    g_hmac_update(hmac.get(), unsignedBytes(body), static_cast<gssize>(body.size()));
    std::array<guint8, sha256Bytes> digest{};
    gsize size = digest.size();
    g_hmac_get_digest(hmac.get(), digest.data(), &size);
    const system::CharsHandle encoded(g_base64_encode(digest.data(), size));
    return std::string("v1,") + encoded.get();
}

} // namespace

bool isWebhookSecret(const system::Secret &secret)
{
    return !Key(secret).bytes().empty();
}

std::optional<std::string> webhookSignature(const std::vector<system::Secret> &secrets,
                                            std::string_view id, std::int64_t unixSeconds,
                                            std::string_view body)
{
    const std::string head = std::string(id) + "." + std::to_string(unixSeconds) + ".";
    std::string signatures;
    for (const system::Secret &secret : secrets) {
        const Key key(secret);
        if (key.bytes().empty())
            return std::nullopt;
        signatures += (signatures.empty() ? "" : " ") + signatureBy(key, head, body);
    }
    return signatures;
}

} // namespace ooto::publish
