// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace ooto::test
{

namespace
{

/** The number behind `Content-Length:` in a request's head, or 0. */
std::size_t contentLength(const std::string &head)
{
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
}

} // namespace

RawConnection::~RawConnection()
{
    close(socket_);
}

std::string RawConnection::readRequest()
{
    std::size_t needed = std::string::npos;
    for (;;) {
        const auto end = unread_.find("\r\n\r\n");
        if (end != std::string::npos)
            needed = end + 4 + contentLength(unread_.substr(0, end));
        if (unread_.size() >= needed) {
            std::string request = unread_.substr(0, needed);
            unread_.erase(0, needed);
            return request;
        }
        const std::string more = read();
        if (more.empty())
            return {};
        unread_ += more;
    }
}

std::string RawConnection::read()
{
    char bytes[65536];
    const ssize_t size = recv(socket_, bytes, sizeof bytes, 0);
    return {bytes, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

bool RawConnection::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t size = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

bool RawConnection::pause(std::chrono::milliseconds time)
{
    pollfd waiting{socket_, POLLRDHUP, 0};
    return poll(&waiting, 1, static_cast<int>(time.count())) == 0;
}

void RawConnection::reset()
{
    const linger none{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

void RawConnection::shutDown()
{
    shutdown(socket_, SHUT_RDWR);
}

RawServer::RawServer(Script script, unsigned port) : script_(std::move(script))
{
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr *>(&address), size) != 0 ||
        listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { acceptAll(); });
}

RawServer::~RawServer()
{
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    std::list<std::thread> threads;
    {
        auto state = state_.lock();
        state->stopped = true;
        for (const auto &connection : state->connections)
            connection->shutDown();
        threads.swap(state->threads);
    }
    for (std::thread &thread : threads)
        thread.join();
    joinEnded();
}

void RawServer::acceptAll()
{
    for (;;) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        joinEnded();
        auto state = state_.lock();
        const auto connection = std::make_shared<RawConnection>(socket, ++state->accepted);
        state->connections.push_back(connection);
        const auto thread = state->threads.emplace(state->threads.end());
        *thread = std::thread([this, connection, thread] {
            script_(*connection);
            auto after = state_.lock();
            // The socket closes when nobody can shut it down any more.
            after->connections.remove(connection);
            if (!after->stopped)
                after->ended.splice(after->ended.end(), after->threads, thread);
        });
    }
}

/** A thread keeps its stack until it is joined, and some tests make thousands. */
void RawServer::joinEnded()
{
    std::list<std::thread> ended;
    ended.swap(state_.lock()->ended);
    for (std::thread &thread : ended)
        thread.join();
}

std::string RawServer::response(std::string_view status, std::string_view body,
                                std::string_view moreHeaders)
{
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: application/json\r\n" +
           std::string(moreHeaders) + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

unsigned freePort()
{
    return RawServer([](RawConnection &) {}).port();
}

} // namespace ooto::test
