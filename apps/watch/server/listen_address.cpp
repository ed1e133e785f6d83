// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/listen_address.h"

#include "system/plain_text.h"

#include <charconv>
#include <optional>

namespace ooto::watch
{

namespace
{

constexpr const char *localhost = "localhost";

std::optional<unsigned> parsePort(std::string_view text)
{
    unsigned port = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() ||
        port > 65535)
        return std::nullopt;
    return port;
}

std::string noAddress(const std::string &text)
{
    return "`" + system::plainText(text) +
           "` is no HOST:PORT: HOST is an IPv4 address, an IPv6 address in brackets, or localhost";
}

} // namespace

core::Expected<ListenAddress, std::string> parseListenAddress(const std::string &text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos)
        return noAddress(text);
    const auto port = parsePort(std::string_view(text).substr(colon + 1));
    std::string host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const system::ObjectHandle<GInetAddress> address(g_inet_address_new_from_string(host.c_str()));
    const bool isIpv6 = address && g_inet_address_get_family(address.get()) == G_SOCKET_FAMILY_IPV6;
    if (!port || bracketed != isIpv6 || (!address && host != localhost))
        return noAddress(text);
    return ListenAddress{host, *port};
}

std::vector<system::ObjectHandle<GSocketAddress>> socketAddresses(const ListenAddress &address)
{
    std::vector<system::ObjectHandle<GSocketAddress>> all;
    const std::vector<std::string> hosts = address.host == localhost
                                               ? std::vector<std::string>{"127.0.0.1", "::1"}
                                               : std::vector<std::string>{address.host};
    for (const std::string &host : hosts)
        all.emplace_back(g_inet_socket_address_new_from_string(host.c_str(), address.port));
    return all;
}

ListenAddress reachableAddress(const ListenAddress &address)
{
    const system::ObjectHandle<GInetAddress> ip(
        g_inet_address_new_from_string(address.host.c_str()));
    if (!ip)
        return {"127.0.0.1", address.port};
    if (!g_inet_address_get_is_any(ip.get()))
        return address;
    const bool isIpv6 = g_inet_address_get_family(ip.get()) == G_SOCKET_FAMILY_IPV6;
    return {isIpv6 ? "::1" : "127.0.0.1", address.port};
}

std::string addressText(const ListenAddress &address)
{
    const bool isIpv6 = address.host.find(':') != std::string::npos;
    return (isIpv6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

} // namespace ooto::watch
