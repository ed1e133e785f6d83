// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/ticket_server.h"

#include "support/asking.h"
#include "support/raw_server.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace ooto::test
{

namespace
{

/** Connects and leaves again, which the server does not mind. */
bool takesConnections(unsigned port)
{
    const system::ObjectHandle<GSocketClient> client(g_socket_client_new());
    g_socket_client_set_enable_proxy(client.get(), FALSE);
    const system::ObjectHandle<GSocketConnection> connection(g_socket_client_connect_to_host(
        client.get(), "127.0.0.1", static_cast<guint16>(port), nullptr, nullptr));
    return connection != nullptr;
}

/** How long the request at the start of the text is; 0 while a part of it is missing. */
std::size_t requestLength(const std::string &text)
{
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos)
        return 0;
    constexpr std::string_view name = "Content-Length: ";
    const auto header = text.find(name);
    std::size_t length = end + 4;
    if (header < end)
        length += std::strtoul(text.c_str() + header + name.size(), nullptr, 10);
    return length <= text.size() ? length : 0;
}

} // namespace

TicketServer::TicketServer(const std::string &certificateFile) : port_(freePort())
{
    const std::string address = "127.0.0.1:" + std::to_string(port_);
    const char *const line[] = {"openssl", "s_server",
                                "-quiet",  "-tls1_3",
                                "-accept", address.c_str(),
                                "-cert",   certificateFile.c_str(),
                                "-key",    certificateFile.c_str(),
                                nullptr};
    // What is decrypted comes out, and what is put in is encrypted.
    process_.reset(
        g_subprocess_newv(line,
                          static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                                        G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                          nullptr));
    for (int i = 0; process_ && i < 500; ++i) {
        if (takesConnections(port_)) {
            thread_ = std::thread([this] { serve(); });
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("openssl s_server does not take connections");
}

TicketServer::~TicketServer()
{
    g_subprocess_force_exit(process_.get());
    thread_.join();
    g_subprocess_wait(process_.get(), nullptr, nullptr);
}

void TicketServer::serve()
{
    GInputStream *out = g_subprocess_get_stdout_pipe(process_.get());
    GOutputStream *in = g_subprocess_get_stdin_pipe(process_.get());
    const std::string answer = RawServer::response("200 OK", matchBody, "Connection: close\r\n");
    std::array<char, 4096> chunk{};
    std::string unread;
    for (;;) {
        const gssize size = g_input_stream_read(out, chunk.data(), chunk.size(), nullptr, nullptr);
        if (size <= 0)
            return;
        unread.append(chunk.data(), static_cast<std::size_t>(size));
        const std::size_t length = requestLength(unread);
        if (length == 0)
            continue;
        requests_.lock()->push_back(unread.substr(0, length));
        unread.erase(0, length);
        g_output_stream_write_all(in, answer.data(), answer.size(), nullptr, nullptr, nullptr);
        g_output_stream_flush(in, nullptr, nullptr);
    }
}

} // namespace ooto::test
