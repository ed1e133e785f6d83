// SPDX-License-Identifier: LGPL-2.1-or-later
#include "redis/tls.h"

#include "system/handles.h"
#include "system/plain_text.h"

#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>

namespace ooto::redis
{

namespace
{

using ContextHandle = system::Handle<SSL_CTX, SSL_CTX_free>;
using SslHandle = system::Handle<SSL, SSL_free>;

bool trust(SSL_CTX *context, const ConnectionSettings &settings, std::string &problem)
{
    if (!settings.sslStrict)
        return true;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (settings.sslCaFile.empty())
        return SSL_CTX_set_default_verify_paths(context) == 1;
    if (SSL_CTX_load_verify_locations(context, settings.sslCaFile.c_str(), nullptr) == 1)
        return true;
    problem = "the CA file '" + system::plainText(settings.sslCaFile) +
              "' cannot be read; check `ssl-ca-file`";
    return false;
}

/** hiredis compares no names by itself: who has any certificate of a CA would be believed. */
bool expectName(SSL *ssl, const ConnectionSettings &settings)
{
    X509_VERIFY_PARAM *const wanted = SSL_get0_param(ssl);
    const system::ObjectHandle<GInetAddress> address(
        g_inet_address_new_from_string(settings.host.c_str()));
    if (address)
        return X509_VERIFY_PARAM_set1_ip_asc(wanted, settings.host.c_str()) == 1;
    return SSL_set_tlsext_host_name(ssl, settings.host.c_str()) == 1 &&
           SSL_set1_host(ssl, settings.host.c_str()) == 1;
}

} // namespace

bool startTls(redisContext &context, const ConnectionSettings &settings, std::string &problem)
{
    problem = "TLS cannot be set up";
    const ContextHandle shared(SSL_CTX_new(TLS_client_method()));
    if (!shared || !trust(shared.get(), settings, problem))
        return false;
    SSL_CTX_set_min_proto_version(shared.get(), TLS1_2_VERSION);
    SslHandle ssl(SSL_new(shared.get()));
    if (!ssl || (settings.sslStrict && !expectName(ssl.get(), settings)))
        return false;
    // It takes the handle, but where it fails at once.
    if (redisInitiateSSL(&context, ssl.get()) != REDIS_OK) {
        problem = system::plainText(context.errstr);
        return false;
    }
    static_cast<void>(ssl.release());
    problem.clear();
    return true;
}

bool hasTls()
{
    return true;
}

} // namespace ooto::redis
