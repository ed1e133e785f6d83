// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/redis_server.h"

#include "support/eventually.h"
#include "system/file_descriptor.h"
#include "system/handles.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace ooto::test
{

namespace
{

int connectTo(unsigned port)
{
    const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(peer, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0)
        return peer;
    close(peer);
    return -1;
}

std::string program()
{
    const char *named = std::getenv("OOTO_TEST_REDIS");
    for (const char *name : {named, "redis-server", "valkey-server"}) {
        const system::CharsHandle found(name ? g_find_program_in_path(name) : nullptr);
        if (found)
            return found.get();
    }
    return {};
}

/** Until it is as long as it says; enough for what tests ask. */
bool isWhole(const std::string &answer)
{
    if (answer.size() < 4 || !answer.ends_with("\r\n"))
        return false;
    if (answer[0] != '$' || answer.starts_with("$-1"))
        return true;
    const std::size_t head = answer.find("\r\n") + 2;
    return answer.size() >= head + std::strtoul(answer.c_str() + 1, nullptr, 10) + 2;
}

} // namespace

bool RedisServer::installed()
{
    return !program().empty();
}

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options))
{
    // Someone else may take the port before the server does.
    for (int i = 0; i < 5; ++i) {
        port_ = freePort();
        if (start())
            return;
    }
    throw std::runtime_error("the server takes no connections");
}

std::string RedisServer::uri(const std::string &user) const
{
    return "redis://" + (user.empty() ? "" : user + "@") + "127.0.0.1:" + std::to_string(port_);
}

bool RedisServer::start()
{
    std::vector<std::string> line = {program(),         "--port",    std::to_string(port_),
                                     "--bind",          "127.0.0.1", "--dir",
                                     directory_.path(), "--save",    "",
                                     "--appendonly",    "no"};
    line.insert(line.end(), options_.begin(), options_.end());
    return process_.start(line) &&
           eventually([this] { return !command({"PING"}).empty() || !process_.isRunning(); }) &&
           process_.isRunning();
}

std::string RedisServer::command(const std::vector<std::string> &words) const
{
    const system::FileDescriptor socket(connectTo(port_));
    if (socket.get() < 0)
        return {};
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    std::string request = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string &word : words)
        request += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
        return {};
    std::string answer;
    while (!isWhole(answer)) {
        std::array<char, 65536> bytes{};
        const ssize_t count = ::read(socket.get(), bytes.data(), bytes.size());
        if (count <= 0)
            break;
        answer.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return answer;
}

void RedisServer::makeKnown(const std::string &prefix, const std::string &zone)
{
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 16> date{};
    std::strftime(date.data(), date.size(), "%Y-%m-%d", &local);
    command({"HSET", prefix + "day:" + date.data(), "born", "1", "zone", zone, "clock", "100",
             "heard", std::to_string(now)});
}

TcpRelay::TcpRelay(unsigned port)
    : port_(port), server_([this](RawConnection &client) { serve(client); })
{
}

void TcpRelay::serve(RawConnection &client)
{
    const auto waitUntilOpen = [this](RawConnection &side) {
        while (!open_) {
            if (!side.pause(std::chrono::milliseconds(5)))
                return false;
        }
        return true;
    };
    if (!waitUntilOpen(client))
        return;
    const int socket = connectTo(port_);
    if (socket < 0)
        return;
    RawConnection peer(socket, 0);
    const auto relay = [&](RawConnection &from, RawConnection &to) {
        for (std::string bytes = from.read(); !bytes.empty(); bytes = from.read()) {
            const std::chrono::milliseconds delay(delay_.load());
            if (delay.count() > 0)
                std::this_thread::sleep_for(delay);
            if (!waitUntilOpen(client) || !to.write(bytes))
                break;
        }
        to.shutDown();
    };
    std::thread back([&] { relay(peer, client); });
    relay(client, peer);
    back.join();
}

} // namespace ooto::test
