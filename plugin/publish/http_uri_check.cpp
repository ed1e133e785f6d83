// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/http_uri_check.h"

#include "http/http_uri.h"
#include "system/plain_text.h"

#include <string_view>

namespace ooto::publish
{

namespace
{

bool isHttpScheme(std::string_view scheme)
{
    return scheme == "https" || scheme == "http";
}

/** As it stands in a URL: an IPv6 address has brackets there. */
std::string hostIn(GUri *uri)
{
    const std::string host = g_uri_get_host(uri);
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/** Null when it is no http or https URL with a host. */
system::UriHandle parse(const std::string &text)
{
    system::UriHandle uri = http::parseHttpUri(text);
    if (!uri || !isHttpScheme(g_uri_get_scheme(uri.get())))
        return nullptr;
    const char *host = g_uri_get_host(uri.get());
    return host && *host ? std::move(uri) : nullptr;
}

std::string wrong(const std::string &what)
{
    return "The uri " + what +
           "; set `uri` to an absolute URL such as https://example.com/hook (it is not shown in "
           "full here, as its path may be a secret)";
}

/** What no URL has, such as spaces and line breaks, as %20; an escape that is there stays. */
std::string escaped(std::string_view text, const char *allowed)
{
    const system::CharsHandle escaped(
        g_uri_escape_bytes(reinterpret_cast<const guint8 *>(text.data()), text.size(), allowed));
    return escaped.get();
}

} // namespace

std::string checkHttpUri(const std::string &uri, bool allowHttp)
{
    if (uri.empty())
        return wrong("is empty");
    if (!system::isPlainText(uri) || uri.find(' ') != std::string::npos)
        return wrong("holds spaces or control characters");
    const system::UriHandle parsed = http::parseHttpUri(uri);
    if (!parsed)
        return wrong("is no URL");
    const std::string_view scheme = g_uri_get_scheme(parsed.get());
    if (!isHttpScheme(scheme))
        return wrong("is neither an https nor an http URL");
    const char *host = g_uri_get_host(parsed.get());
    if (!host || *host == '\0')
        return wrong("names no host");

    const std::string shown = shownHttpUri(uri);
    if (g_uri_get_userinfo(parsed.get())) {
        return "The uri of " + shown +
               " holds a user name or password, which it must not; set `user-id` and `user-pw` (or "
               "`credentials-file`) instead";
    }
    if (g_uri_get_fragment(parsed.get()))
        return "The uri of " + shown + " holds a fragment (#), which is never sent; leave it out";
    if (scheme == "http" && !allowHttp && !http::isLoopback(host)) {
        return "Events would go over plain http to " + shown +
               ", where everybody on the way can read them; use an https URL, or set "
               "`allow-http=true` for a receiver in your own network";
    }
    return {};
}

std::string shownHttpUri(const std::string &uri)
{
    const system::UriHandle parsed = parse(uri);
    if (!parsed)
        return "the receiver";
    return system::plainText(std::string(g_uri_get_scheme(parsed.get())) + "://" +
                             hostIn(parsed.get()));
}

std::string originOf(const std::string &uri)
{
    const system::UriHandle parsed = parse(uri);
    if (!parsed)
        return {};
    // GLib says the usual one where there is none.
    const int port = g_uri_get_port(parsed.get());
    const bool usual = port == (http::isHttps(parsed.get()) ? 443 : 80);
    return std::string(g_uri_get_scheme(parsed.get())) + "://" + hostIn(parsed.get()) +
           (usual ? "" : ":" + std::to_string(port)) + "/";
}

std::string withPath(const std::string &uri, const std::string &path)
{
    const system::UriHandle parsed = parse(uri);
    if (!parsed)
        return uri;
    const auto mark = path.find('?');
    std::string_view plain = std::string_view(path).substr(0, mark);
    while (plain.starts_with('/'))
        plain.remove_prefix(1);
    std::string whole = originOf(uri) + escaped(plain, "!$&'()*+,;=:@/%");
    if (mark != std::string::npos)
        whole += "?" + escaped(std::string_view(path).substr(mark + 1), "!$&'()*+,;=:@/?%");
    else if (const char *query = g_uri_get_query(parsed.get()))
        whole += std::string("?") + query;
    return whole;
}

} // namespace ooto::publish
