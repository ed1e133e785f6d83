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
        std::thread back([&] { relay(*peer, client); });
        relay(client, *peer);
        back.join();
        return;
    }
}

} // namespace ooto::test
