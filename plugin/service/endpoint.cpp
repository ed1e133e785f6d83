// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/endpoint.h"

#include "http/http_uri.h"
#include "http/proxy.h"
#include "system/plain_text.h"

#include <string_view>

namespace ooto::service
{

namespace
{

std::string wrong(const char *what)
{
    return std::string("The endpoint ") + what + "; set `endpoint` to an absolute URL such as " +
           defaultEndpoint;
}

} // namespace

std::string checkEndpoint(const std::string &endpoint, bool allowHttp)
{
    if (endpoint.empty())
        return wrong("is empty");
    if (!system::isPlainText(endpoint) || endpoint.find(' ') != std::string::npos)
        return wrong("holds spaces or control characters");

    const system::UriHandle uri = http::parseHttpUri(endpoint);
    if (!uri)
        return wrong("is no URL");
    const std::string_view scheme = g_uri_get_scheme(uri.get());
    if (scheme != "https" && scheme != "http")
        return wrong("is neither an https nor an http URL");
    const char *host = g_uri_get_host(uri.get());
    if (!host || *host == '\0')
        return wrong("names no host");
    // A part of the URL could end up in logs and messages, so it is no place for secrets.
    if (g_uri_get_userinfo(uri.get()))
        return wrong("holds a user name or password, which it must not (use `app-id` and "
                     "`app-key`)");
    if (g_uri_get_query(uri.get()))
        return wrong("holds a query, which it must not (use `check-liveness` and "
                     "`check-deepfake`)");
    if (g_uri_get_fragment(uri.get()))
        return wrong("holds a fragment (#), which it must not");

    if (scheme == "http" && !allowHttp && !http::isLoopback(host)) {
        return "The endpoint would send faces and the key over plain http to " +
               system::plainText(host) +
               "; use an https URL, or set `allow-http=true` for a service in your own network";
    }
    return {};
}

std::string checkProxy(const std::string &proxy, const std::string &endpoint, bool allowHttp)
{
    return http::checkProxy(proxy, endpoint, allowHttp, "faces and the key");
}

} // namespace ooto::service
