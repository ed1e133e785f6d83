// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/http2_proxy.h"

#include "system/file_descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace ooto::test
{

namespace
{

constexpr int highestDescriptor = 1024;

sockaddr_in loopback(unsigned port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

/** One that is free now: nghttpx does not say which port it got. */
unsigned freePort()
{
    const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    if (bind(socket.get(), reinterpret_cast<sockaddr *>(&address), size) != 0 ||
        getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return 0;
    return ntohs(address.sin_port);
}

} // namespace

bool Http2Proxy::installed()
{
    return system::CharsHandle(g_find_program_in_path("nghttpx")) != nullptr;
}

Http2Proxy::Http2Proxy(const std::string &certificateFile, const std::string &server)
    : port_(freePort())
{
    const system::UriHandle uri(g_uri_parse(server.c_str(), G_URI_FLAGS_NONE, nullptr));
    const std::string frontend = "--frontend=127.0.0.1," + std::to_string(port_);
    const std::string backend = "--backend=127.0.0.1," + std::to_string(g_uri_get_port(uri.get()));
    const std::string accessLog = "--accesslog-file=" + (directory_ / "access.log");
    const std::string errorLog = "--errorlog-file=" + (directory_ / "error.log");
    const char *const line[] = {"nghttpx",
                                "--conf=/dev/null",
                                "--workers=1",
                                "--no-ocsp",
                                frontend.c_str(),
                                backend.c_str(),
                                accessLog.c_str(),
                                "--accesslog-format=$remote_port $alpn $status",
                                errorLog.c_str(),
                                certificateFile.c_str(),
                                certificateFile.c_str(),
                                nullptr};
    process_.reset(g_subprocess_newv(line, G_SUBPROCESS_FLAGS_STDERR_SILENCE, nullptr));
    for (int i = 0; process_ && i < 500; ++i) {
        if (accepts())
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("nghttpx does not take connections");
}

Http2Proxy::~Http2Proxy()
{
    kill();
}

void Http2Proxy::kill()
{
    if (!process_)
        return;
    // It has a child that does the work, which ends when it is asked to.
    g_subprocess_send_signal(process_.get(), SIGTERM);
    g_subprocess_wait(process_.get(), nullptr, nullptr);
    process_.reset();
}

std::string Http2Proxy::url() const
{
    return "https://127.0.0.1:" + std::to_string(port_) + "/identify";
}

bool Http2Proxy::accepts() const
{
    const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port_);
    return connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) ==
           0;
}

unsigned Http2Proxy::openConnections() const
{
    unsigned count = 0;
    for (int descriptor = 0; descriptor < highestDescriptor; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port_)
            ++count;
    }
    return count;
}

std::vector<std::string> Http2Proxy::log() const
{
    std::vector<std::string> lines;
    std::ifstream file(directory_ / "access.log");
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

} // namespace ooto::test
