// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/proxy.h"

#include "http/authorization.h"
#include "http/http_uri.h"
#include "system/plain_text.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace ooto::http
{

namespace
{

/** "host:port" as people write it becomes a URL. */
std::string withScheme(const std::string &proxy)
{
    return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

/** A proxy's URL, and what named it. */
struct Named {
    std::string url;
    std::string setting;
};

constexpr const char *noProxy = "direct://";
/** Refuses: nobody listens there. */
constexpr const char *unreadableProxy = "http://127.0.0.1:1";

Named environment(std::initializer_list<const char *> names)
{
    for (const char *name : names) {
        const char *value = std::getenv(name);
        if (value && *value)
            return {value, "`" + std::string(name) + "`"};
    }
    return {};
}

/** `no_proxy` in the form that GSimpleProxyResolver wants; a domain stands for all below it. */
std::vector<std::string> exceptions(const std::string &list)
{
    std::vector<std::string> hosts;
    std::size_t begin = 0;
    while ((begin = list.find_first_not_of(", \t", begin)) != std::string::npos) {
        const std::size_t end = std::min(list.find_first_of(", \t", begin), list.size());
        const std::string host = list.substr(begin, end - begin);
        hosts.push_back(host);
        const bool isDomain = host.find('/') == std::string::npos && host[0] != '.' &&
                              host[0] != '*' && host[0] != '[' &&
                              !g_hostname_is_ip_address(host.c_str());
        if (isDomain)
            hosts.push_back("." + host);
        begin = end;
    }
    return hosts;
}

/** Parsed as leniently as others do it who read the environment: a password may hold a %. */
system::UriHandle parseProxy(const std::string &url)
{
    constexpr auto flags = static_cast<GUriFlags>(
        G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_SCHEME_NORMALIZE);
    system::UriHandle uri(g_uri_parse(url.c_str(), flags, nullptr));
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    return host && *host ? std::move(uri) : nullptr;
}

bool isExcepted(GUri *endpoint, const std::vector<std::string> &direct)
{
    if (std::find(direct.begin(), direct.end(), "*") != direct.end())
        return true;
    std::vector<char *> hosts;
    for (const std::string &host : direct)
        hosts.push_back(const_cast<char *>(host.c_str())); // which it copies
    hosts.push_back(nullptr);
    const system::ObjectHandle<GProxyResolver> resolver(
        g_simple_proxy_resolver_new("http://proxy.invalid", hosts.data()));
    const int port = g_uri_get_port(endpoint);
    const system::CharsHandle service(
        g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(endpoint), nullptr, g_uri_get_host(endpoint),
                   port > 0 ? port : (isHttps(endpoint) ? 443 : 80), "", nullptr, nullptr));
    const system::Handle<char *, g_strfreev> proxies(
        g_proxy_resolver_lookup(resolver.get(), service.get(), nullptr, nullptr));
    return proxies && g_strcmp0(*proxies, noProxy) == 0;
}

/** `noProxy` where there shall be none, no URL at all where nobody says. */
Named choose(const HttpSettings &settings)
{
    if (!settings.proxy.empty())
        return {withScheme(settings.proxy), "`proxy`"};
    const system::UriHandle uri = parseHttpUri(settings.endpoint);
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    if (!host)
        return {};
    // What is allowed in plain http because it stays on this machine has to stay there.
    if (isLoopback(host))
        return {noProxy, {}};
    const bool https = isHttps(uri.get());
    Named named = https ? environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                        : environment({"http_proxy", "all_proxy", "ALL_PROXY"});
    if (named.url.empty())
        return {};
    if (isExcepted(uri.get(), exceptions(environment({"no_proxy", "NO_PROXY"}).url)))
        return {noProxy, {}};
    named.url = withScheme(named.url);
    return named;
}

system::ObjectHandle<GProxyResolver> alwaysBy(const char *proxy)
{
    return system::ObjectHandle<GProxyResolver>(g_simple_proxy_resolver_new(proxy, nullptr));
}

} // namespace

ProxyRoute findProxy(const HttpSettings &settings)
{
    ProxyRoute route;
    const Named named = choose(settings);
    if (named.url.empty())
        return route;
    if (named.url == noProxy) {
        route.resolver = alwaysBy(noProxy);
        return route;
    }
    route.setting = named.setting;
    const system::UriHandle uri = parseProxy(named.url);
    if (!uri) {
        // Not past the proxy that somebody prescribed. What he wrote may hold a password.
        route.resolver = alwaysBy(unreadableProxy);
        route.host = "that is no URL";
        return route;
    }
    route.host = system::plainText(g_uri_get_host(uri.get()));
    route.http = g_strcmp0(g_uri_get_scheme(uri.get()), "http") == 0;

    const auto text = [](const char *part) { return part ? part : ""; };
    const bool own = !settings.proxyId.empty();
    const std::string id = own ? settings.proxyId : text(g_uri_get_user(uri.get()));
    const system::Secret password =
        own ? settings.proxyPassword : system::Secret(text(g_uri_get_password(uri.get())));
    if (!id.empty()) {
        const system::Secret authorization = basicAuthorization(id, password);
        std::string_view encoded = authorization.reveal();
        encoded.remove_prefix(std::min(encoded.size(), std::strlen("Basic ")));
        if (!isHttps(parseHttpUri(settings.endpoint).get()))
            route.secrets = {password, system::Secret(encoded)};
        if (route.http)
            route.authorization = authorization;
    }
    // GLib finds in the URL what it is to say to a proxy of another kind.
    const bool inside = !route.http && !id.empty();
    const system::CharsHandle address(g_uri_join_with_user(
        G_URI_FLAGS_HAS_PASSWORD, g_uri_get_scheme(uri.get()), inside ? id.c_str() : nullptr,
        inside ? password.reveal() : nullptr, nullptr, g_uri_get_host(uri.get()),
        g_uri_get_port(uri.get()), "", nullptr, nullptr));
    route.resolver = alwaysBy(address.get());
    explicit_bzero(address.get(), std::strlen(address.get()));
    return route;
}

std::string checkProxy(const std::string &proxy, const std::string &endpoint, bool allowHttp,
                       const char *cargo)
{
    if (proxy.empty())
        return {};
    const auto wrong = [](const char *what) {
        return std::string("The proxy ") + what +
               "; set `proxy` to a host and port, such as http://proxy.example:3128";
    };
    if (!system::isPlainText(proxy) || proxy.find(' ') != std::string::npos)
        return wrong("holds spaces or control characters");
    const system::UriHandle uri = parseHttpUri(withScheme(proxy));
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    if (!host || *host == '\0')
        return wrong("is no URL with a host");
    // The property can be read back, so it is no place for a password.
    if (g_uri_get_userinfo(uri.get()))
        return wrong("holds a user name or password, which it must not (use `proxy-id` and "
                     "`proxy-pw`)");
    const std::string_view scheme = g_uri_get_scheme(uri.get());
    const auto known = {"http", "https", "socks", "socks4", "socks4a", "socks5"};
    if (std::find(known.begin(), known.end(), scheme) == known.end())
        return wrong("is neither an http, an https nor a socks URL");
    if (!allowHttp && !isLoopback(host) && !isHttps(parseHttpUri(endpoint).get())) {
        return std::string("By way of the proxy, ") + cargo + " would go over plain http to " +
               system::plainText(host) +
               "; unset `proxy`, use an https endpoint, or set `allow-http=true` for a proxy in "
               "your own network";
    }
    return {};
}

} // namespace ooto::http
