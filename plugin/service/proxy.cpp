// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/proxy.h"

#include "service/endpoint.h"
#include "service/http_uri.h"
#include "service/plain_text.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace ooto::service
{

namespace
{

/** "host:port" as people write it becomes a URL. */
std::string withScheme(const std::string &proxy)
{
    return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

std::string environment(std::initializer_list<const char *> names)
{
    for (const char *name : names) {
        const char *value = std::getenv(name);
        if (value && *value)
            return value;
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

ObjectHandle<GProxyResolver> resolverFor(const std::string &proxy,
                                         const std::vector<std::string> &direct)
{
    std::vector<char *> hosts;
    for (const std::string &host : direct)
        hosts.push_back(const_cast<char *>(host.c_str())); // which it copies
    hosts.push_back(nullptr);
    return ObjectHandle<GProxyResolver>(g_simple_proxy_resolver_new(proxy.c_str(), hosts.data()));
}

} // namespace

Secret proxyAuthorization(const ConnectionSettings &settings)
{
    if (settings.proxy.empty() || settings.proxyId.empty())
        return {};
    std::string plain = settings.proxyId + ":" + settings.proxyPassword.reveal();
    const CharsHandle encoded(
        g_base64_encode(reinterpret_cast<const guchar *>(plain.data()), plain.size()));
    std::string whole = std::string("Basic ") + encoded.get();
    const Secret authorization(whole);
    explicit_bzero(plain.data(), plain.size());
    explicit_bzero(whole.data(), whole.size());
    explicit_bzero(encoded.get(), std::strlen(encoded.get()));
    return authorization;
}

std::string checkProxy(const std::string &proxy)
{
    if (proxy.empty())
        return {};
    const auto wrong = [](const char *what) {
        return std::string("The proxy ") + what +
               "; set `proxy` to a host and port, such as http://proxy.example:3128";
    };
    if (!isPlainText(proxy) || proxy.find(' ') != std::string::npos)
        return wrong("holds spaces or control characters");
    const UriHandle uri = parseHttpUri(withScheme(proxy));
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    if (!host || *host == '\0')
        return wrong("is no URL with a host");
    // The property can be read back, so it is no place for a password.
    if (g_uri_get_userinfo(uri.get()))
        return wrong("holds a user name or password, which it must not (use `proxy-id` and "
                     "`proxy-pw`)");
    const std::string_view scheme = g_uri_get_scheme(uri.get());
    for (const char *known : {"http", "https", "socks", "socks4", "socks4a", "socks5"}) {
        if (scheme == known)
            return {};
    }
    return wrong("is neither an http, an https nor a socks URL");
}

ObjectHandle<GProxyResolver> makeProxyResolver(const ConnectionSettings &settings)
{
    if (!settings.proxy.empty()) {
        return resolverFor(withScheme(settings.proxy), {});
    }
    const UriHandle uri = parseHttpUri(settings.endpoint);
    if (!uri)
        return nullptr;
    const bool https = g_strcmp0(g_uri_get_scheme(uri.get()), "https") == 0;
    const std::string proxy =
        https ? environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
              : environment({"http_proxy", "all_proxy", "ALL_PROXY"});
    if (proxy.empty())
        return nullptr;
    const std::vector<std::string> direct = exceptions(environment({"no_proxy", "NO_PROXY"}));
    // What is allowed in plain http because it stays on this machine has to stay there.
    const char *host = g_uri_get_host(uri.get());
    if ((host && isLoopback(host)) || std::find(direct.begin(), direct.end(), "*") != direct.end())
        return resolverFor("direct://", {});
    return resolverFor(withScheme(proxy), direct);
}

} // namespace ooto::service
