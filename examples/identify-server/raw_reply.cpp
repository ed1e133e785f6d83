// SPDX-License-Identifier: LGPL-2.1-or-later
#include "raw_reply.h"

#include <sys/socket.h>

namespace ooto::server
{

RawConnection::RawConnection(SoupServerMessage *message)
    : socket_(share(soup_server_message_get_socket(message))),
      stream_(soup_server_message_steal_connection(message))
{
}

RawConnection::~RawConnection()
{
    if (stream_)
        g_io_stream_close(stream_.get(), nullptr, nullptr);
}

void RawConnection::reset()
{
    // To close without lingering is to reset.
    const linger atOnce{1, 0};
    if (socket_)
        setsockopt(g_socket_get_fd(socket_.get()), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
}

bool RawConnection::write(const std::string &bytes)
{
    return stream_ &&
           g_output_stream_write_all(g_io_stream_get_output_stream(stream_.get()), bytes.data(),
                                     bytes.size(), nullptr, nullptr, nullptr);
}

std::string responseHead(unsigned status, const std::string &contentType, std::size_t bytes)
{
    return "HTTP/1.1 " + std::to_string(status) + " " + soup_status_get_phrase(status) +
           "\r\nContent-Type: " + contentType + "\r\nContent-Length: " + std::to_string(bytes) +
           "\r\nConnection: close\r\n\r\n";
}

Trickle::Trickle(RawConnection connection, std::string body, std::chrono::milliseconds interval,
                 GMainContext *context)
    : connection_(std::make_unique<RawConnection>(std::move(connection))),
      body_(std::move(body)),
      timer_(g_timeout_source_new(static_cast<guint>(interval.count())))
{
    g_source_set_callback(
        timer_.get(), [](gpointer self) { return static_cast<Trickle *>(self)->sendOne(); }, this,
        nullptr);
    g_source_attach(timer_.get(), context);
}

gboolean Trickle::sendOne()
{
    if (sent_ < body_.size() && connection_->write(body_.substr(sent_, 1))) {
        ++sent_;
        return G_SOURCE_CONTINUE;
    }
    connection_.reset(); // the end, or nobody reads any more
    return G_SOURCE_REMOVE;
}

} // namespace ooto::server
