// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace ooto::watch
{

namespace
{

constexpr std::chrono::milliseconds sweepInterval{250};

/** That the system keeps until they are taken; the default is 10, and more wait for seconds. */
constexpr int waitingConnections = 128;

/** A connection that cannot be taken (no descriptors left) would be offered again at once. */
constexpr std::chrono::milliseconds pauseAfterError{100};

/** A connection that was shut down and that nobody lets go of is closed after that. */
constexpr std::chrono::seconds timeToLetGo{1};

/** @return the source, for whoever wants to end it; it goes on without, too */
GSource *startTimer(std::chrono::milliseconds interval, GSourceFunc callback, gpointer data,
                    GDestroyNotify destroy)
{
    GSource *source = g_timeout_source_new(static_cast<guint>(interval.count()));
    g_source_set_callback(source, callback, data, destroy);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

bool isFrom(GSocketConnection *connection, GInetSocketAddress *remote)
{
    const system::ObjectHandle<GSocketAddress> address(
        g_socket_connection_get_remote_address(connection, nullptr));
    if (!address || !G_IS_INET_SOCKET_ADDRESS(address.get()))
        return false;
    auto *inet = G_INET_SOCKET_ADDRESS(address.get());
    return g_inet_socket_address_get_port(inet) == g_inet_socket_address_get_port(remote) &&
           g_inet_address_equal(g_inet_socket_address_get_address(inet),
                                g_inet_socket_address_get_address(remote));
}

} // namespace

Connections::Connections(const ConnectionLimits &limits, Taker taker)
    : limits_(limits),
      taker_(std::move(taker)),
      listener_(g_socket_listener_new()),
      ended_(g_cancellable_new())
{
    g_socket_listener_set_backlog(listener_.get(), waitingConnections);
}

Connections::~Connections()
{
    close();
}

core::Expected<std::shared_ptr<Connections>, std::string>
Connections::listen(const ListenAddress &address, const ConnectionLimits &limits, Taker taker)
{
    const std::shared_ptr<Connections> connections(new Connections(limits, std::move(taker)));
    const std::string problem = connections->bind(address);
    if (!problem.empty())
        return problem;
    connections->accept();
    connections->sweeper_ = system::SourceHandle(startTimer(
        sweepInterval,
        [](gpointer self) -> gboolean {
            static_cast<Connections *>(self)->sweep();
            return G_SOURCE_CONTINUE;
        },
        connections.get(), nullptr));
    return connections;
}

std::string Connections::bind(const ListenAddress &address)
{
    std::string problem;
    ListenAddress wanted = address;
    for (const auto &each : socketAddresses(address)) {
        // Of several the first may choose the port.
        const system::ObjectHandle<GSocketAddress> target(g_inet_socket_address_new(
            g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(each.get())),
            static_cast<guint16>(port_ ? port_ : address.port)));
        GSocketAddress *effective = nullptr;
        system::ErrorHandle error;
        if (!g_socket_listener_add_address(listener_.get(), target.get(), G_SOCKET_TYPE_STREAM,
                                           G_SOCKET_PROTOCOL_TCP, nullptr, &effective,
                                           system::ErrorOut(error))) {
            problem = "cannot listen on " + addressText(address) + ": " + error->message;
            continue;
        }
        const system::ObjectHandle<GSocketAddress> bound(effective);
        port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound.get()));
    }
    // A machine without IPv6 has one localhost only.
    return port_ == 0 ? problem : std::string();
}

void Connections::accept()
{
    g_socket_listener_accept_async(
        listener_.get(), ended_.get(),
        [](GObject *listener, GAsyncResult *result, gpointer data) {
            const std::unique_ptr<std::weak_ptr<Connections>> weak(
                static_cast<std::weak_ptr<Connections> *>(data));
            system::ObjectHandle<GSocketConnection> connection(g_socket_listener_accept_finish(
                G_SOCKET_LISTENER(listener), result, nullptr, nullptr));
            const std::shared_ptr<Connections> self = weak->lock();
            if (!self || g_cancellable_is_cancelled(self->ended_.get()))
                return;
            if (connection) {
                self->accepted(std::move(connection));
                self->accept();
                return;
            }
            g_source_unref(startTimer(
                pauseAfterError,
                [](gpointer again) -> gboolean {
                    const auto later = static_cast<std::weak_ptr<Connections> *>(again)->lock();
                    if (later && !g_cancellable_is_cancelled(later->ended_.get()))
                        later->accept();
                    return G_SOURCE_REMOVE;
                },
                new std::weak_ptr<Connections>(self),
                [](gpointer again) { delete static_cast<std::weak_ptr<Connections> *>(again); }));
        },
        new std::weak_ptr<Connections>(weak_from_this()));
}

void Connections::accepted(system::ObjectHandle<GSocketConnection> connection)
{
    sweep();
    const auto isOpen = [](const One &one) { return !one.isCut; };
    // Those who hold connections open do not keep out who asks and goes.
    if (static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), isOpen)) >= limits_.most)
        cut(*std::find_if(all_.begin(), all_.end(), isOpen));
    GSocketConnection *raw = connection.get();
    all_.push_back({.connection = std::move(connection),
                    .deadline = std::chrono::steady_clock::now() + limits_.longest});
    taker_(raw);
}

void Connections::cut(One &one)
{
    if (std::exchange(one.isCut, true))
        return;
    GSocket *socket = g_socket_connection_get_socket(one.connection.get());
    // The other side hears of the close at once, also where it waits for us to read on.
    const linger none{.l_onoff = 1, .l_linger = 0};
    setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    // Whoever reads or writes it hears of that and lets go, unless the other side sends on.
    g_socket_shutdown(socket, TRUE, TRUE, nullptr);
    one.deadline = std::chrono::steady_clock::now() + timeToLetGo;
}

void Connections::sweep()
{
    all_.remove_if([](const One &one) {
        return g_io_stream_is_closed(G_IO_STREAM(one.connection.get())) != FALSE;
    });
    const auto now = std::chrono::steady_clock::now();
    for (One &one : all_) {
        if (now < one.deadline)
            continue;
        if (one.isCut)
            g_io_stream_close(G_IO_STREAM(one.connection.get()), nullptr, nullptr);
        else
            cut(one);
    }
}

void Connections::cut(GSocketAddress *remote)
{
    for (One &one : all_) {
        if (isFrom(one.connection.get(), G_INET_SOCKET_ADDRESS(remote)))
            cut(one);
    }
}

void Connections::close()
{
    g_cancellable_cancel(ended_.get());
    g_socket_listener_close(listener_.get());
    sweeper_.reset();
    for (One &one : all_)
        cut(one);
    all_.clear();
}

} // namespace ooto::watch
