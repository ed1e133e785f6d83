// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/trouble_text.h"

#include "http/http_uri.h"
#include "system/plain_text.h"

#include <array>

namespace ooto::http
{

namespace
{

bool sameOrigin(GUri *one, GUri *other)
{
    return g_strcmp0(g_uri_get_scheme(one), g_uri_get_scheme(other)) == 0 &&
           g_strcmp0(g_uri_get_host(one), g_uri_get_host(other)) == 0 &&
           g_uri_get_port(one) == g_uri_get_port(other);
}

} // namespace

std::string certificateProblem(unsigned flags)
{
    struct Problem {
        GTlsCertificateFlags flag;
        const char *text;
    };
    constexpr std::array problems = {
        Problem{G_TLS_CERTIFICATE_UNKNOWN_CA, "it is signed by an unknown CA"},
        Problem{G_TLS_CERTIFICATE_BAD_IDENTITY, "it is for another host name"},
        Problem{G_TLS_CERTIFICATE_EXPIRED, "it has expired"},
        Problem{G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet; check this machine's clock"},
        Problem{G_TLS_CERTIFICATE_REVOKED, "it was revoked"},
        Problem{G_TLS_CERTIFICATE_INSECURE, "it uses an algorithm that is not safe any more"},
    };
    std::string text;
    for (const Problem &problem : problems) {
        if (flags & problem.flag)
            text += (text.empty() ? "" : ", ") + std::string(problem.text);
    }
    return text.empty() ? "it is not valid" : text;
}

std::string redirectTarget(const std::string &location, const std::string &endpoint)
{
    if (location.empty())
        return "a place that it did not name";
    const system::UriHandle own = parseHttpUri(endpoint);
    const system::CharsHandle whole(
        g_uri_resolve_relative(endpoint.c_str(), location.c_str(), G_URI_FLAGS_NONE, nullptr));
    const system::UriHandle uri = whole ? parseHttpUri(whole.get()) : nullptr;
    if (own && uri && sameOrigin(own.get(), uri.get()))
        return "another path of its own";
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    if (!host || *host == '\0')
        return "a place that is no URL with a host";
    return system::plainText(std::string(g_uri_get_scheme(uri.get())) + "://" + host);
}

} // namespace ooto::http
