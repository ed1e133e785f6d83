// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/proxy_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <thread>

namespace ooto::test
{

namespace
{

std::unique_ptr<RawConnection> connectTo(unsigned port)
{
    const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto connection = std::make_unique<RawConnection>(peer, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(peer, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return nullptr;
    return connection;
}

/** Passes on what comes from one side until it ends. */
void relay(RawConnection &from, RawConnection &to)
{
    for (std::string bytes = from.read(); !bytes.empty() && to.write(bytes); bytes = from.read()) {
    }
    to.shutDown();
}

/** Passes on what comes from either side until both have ended. */
void relayBothWays(RawConnection &client, RawConnection &peer)
{
    std::thread back([&] { relay(peer, client); });
    relay(client, peer);
    back.join();
}

/** The number behind the last colon before the path. */
unsigned portIn(const std::string &target)
{
    const auto scheme = target.find("://");
    const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
    const auto colon = target.find(':', begin);
    return colon == std::string::npos
               ? 0
               : static_cast<unsigned>(std::strtoul(target.c_str() + colon + 1, nullptr, 10));
}

} // namespace

ProxyServer::ProxyServer(std::string credentials)
    : credentials_(std::move(credentials)),
      server_([this](RawConnection &client) { serve(client); })
{
}

void ProxyServer::serve(RawConnection &client)
{
    for (;;) {
        std::string request = client.readRequest();
        if (request.empty())
            return;
        const std::string line = request.substr(0, request.find("\r\n"));
        requests_.lock()->push_back(line);
        if (!credentials_.empty() && request.find("Proxy-Authorization: Basic " + credentials_ +
                                                  "\r\n") == std::string::npos) {
            ++*refused_.lock();
            client.write(RawServer::response("407 Proxy Authentication Required", "",
                                             "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
            continue;
        }
        const auto begin = line.find(' ') + 1;
        const std::string target = line.substr(begin, line.find(' ', begin) - begin);
        const auto peer = connectTo(portIn(target));
        if (!peer) {
            client.write(RawServer::response("502 Bad Gateway", ""));
            continue;
        }
        if (line.starts_with("CONNECT "))
            client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        else
            peer->write(request);
        // From here on it is one connection for both, which is enough for one host.
        relayBothWays(client, *peer);
        return;
    }
}

SocksServer::SocksServer(std::string credentials)
    : credentials_(std::move(credentials)),
      server_([this](RawConnection &client) { serve(client); })
{
}

// Each message is taken for one read, as GLib waits for the answer to each.

bool SocksServer::admits(RawConnection &client)
{
    using namespace std::string_literals;
    constexpr char withPassword = 2;
    const std::string offered = client.read();
    if (credentials_.empty())
        return client.write("\5\0"s);
    if (offered.find(withPassword, 2) == std::string::npos) {
        client.write("\5\xff"s);
        return false;
    }
    client.write("\5\2"s);
    const std::string message = client.read(); // version, length, user, length, password
    if (message.size() < 3)
        return false;
    const auto userLength = static_cast<unsigned char>(message[1]);
    const std::string came =
        message.substr(2, userLength) + ":" + message.substr(std::size_t{3} + userLength);
    seen_.lock()->push_back(came);
    client.write(came == credentials_ ? "\1\0"s : "\1\1"s);
    return came == credentials_;
}

void SocksServer::serve(RawConnection &client)
{
    using namespace std::string_literals;
    if (!admits(client))
        return;
    const std::string request = client.read(); // ends with the port
    if (request.size() < 7)
        return;
    const unsigned port = static_cast<unsigned char>(request[request.size() - 2]) * 256U +
                          static_cast<unsigned char>(request.back());
    const auto peer = connectTo(port);
    client.write((peer ? "\5\0\0\1"s : "\5\5\0\1"s) + std::string(6, '\0'));
    if (peer)
        relayBothWays(client, *peer);
}

} // namespace ooto::test
