// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/socket_target.h"

#include "publish/lines.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace ooto::publish
{

namespace
{

system::ObjectHandle<GSocketConnectable> addressOf(const TargetUri &uri)
{
    if (uri.scheme == Scheme::Unix)
        return system::ObjectHandle<GSocketConnectable>(
            G_SOCKET_CONNECTABLE(g_unix_socket_address_new(uri.path.c_str())));
    return system::ObjectHandle<GSocketConnectable>(
        g_network_address_new(uri.host.c_str(), uri.port));
}

/** One socket and the line on its way; GLib's callbacks hold it as long as they may still come. */
class Line : public std::enable_shared_from_this<Line>
{
public:
    Line(const TargetUri &uri, std::chrono::milliseconds timeout)
        : where_(uri.shown()), address_(addressOf(uri)), timeout_(timeout)
    {
    }

    void open(Target::Handlers handlers) { handlers_ = std::move(handlers); }
    bool isFree() const { return !current_ && !closed_; }

    void send(std::int64_t id, std::string line)
    {
        current_ = id;
        line_ = std::move(line);
        cancellable_.reset(g_cancellable_new());
        startDeadline();
        if (connection_ && peerIsGone())
            hangUp();
        if (connection_) {
            write();
            return;
        }
        const system::ObjectHandle<GSocketClient> client(g_socket_client_new());
        g_socket_client_set_enable_proxy(client.get(), FALSE);
        g_socket_client_connect_async(client.get(), address_.get(), cancellable_.get(),
                                      resume<&Line::connected>, keepAlive());
    }

    void close()
    {
        closed_ = true;
        handlers_ = {};
        current_.reset();
        deadline_.reset();
        if (cancellable_)
            g_cancellable_cancel(cancellable_.get());
        hangUp();
    }

private:
    template<void (Line::*Method)(GObject *, GAsyncResult *)>
    static void resume(GObject *source, GAsyncResult *result, gpointer data)
    {
        const std::unique_ptr<std::shared_ptr<Line>> self(
            static_cast<std::shared_ptr<Line> *>(data));
        ((**self).*Method)(source, result);
    }
    gpointer keepAlive() { return new std::shared_ptr<Line>(shared_from_this()); }

    void startDeadline()
    {
        deadline_ = system::SourceHandle(
            g_timeout_source_new(static_cast<guint>(std::max<gint64>(timeout_.count(), 1))));
        g_source_set_callback(
            deadline_.get(),
            [](gpointer self) -> gboolean {
                auto &line = *static_cast<Line *>(self);
                line.tooLate_ = true;
                g_cancellable_cancel(line.cancellable_.get());
                return G_SOURCE_REMOVE;
            },
            this, nullptr);
        g_source_attach(deadline_.get(), g_main_context_get_thread_default());
        tooLate_ = false;
    }

    void connected(GObject *source, GAsyncResult *result)
    {
        system::ErrorHandle error;
        system::ObjectHandle<GSocketConnection> connection(g_socket_client_connect_finish(
            G_SOCKET_CLIENT(source), result, system::ErrorOut(error)));
        if (!current_)
            return; // closed meanwhile
        if (!connection) {
            fail(*error);
            return;
        }
        connection_ = std::move(connection);
        listening_.reset(g_cancellable_new());
        // A peer that is gone without a word is noticed, some day.
        g_socket_set_keepalive(g_socket_connection_get_socket(connection_.get()), TRUE);
        listen();
        write();
    }

    /** It may have left, and nobody has told us yet: what is written to it then is lost. */
    bool peerIsGone() const
    {
        const int socket = g_socket_get_fd(g_socket_connection_get_socket(connection_.get()));
        char next = 0;
        const ssize_t bytes = ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
        return bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR);
    }

    /** What the other side says is read and dropped; that it hung up is what matters. */
    void listen()
    {
        g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection_.get())),
                                  heard_.data(), heard_.size(), G_PRIORITY_DEFAULT,
                                  listening_.get(), resume<&Line::heard>, keepAlive());
    }

    void heard(GObject *source, GAsyncResult *result)
    {
        const gssize bytes = g_input_stream_read_finish(G_INPUT_STREAM(source), result, nullptr);
        const bool isOurs =
            connection_ &&
            g_io_stream_get_input_stream(G_IO_STREAM(connection_.get())) == G_INPUT_STREAM(source);
        if (!isOurs)
            return;
        if (bytes > 0)
            listen();
        else if (!current_)
            hangUp();
        else
            peerLeft_ = true;
    }

    void write()
    {
        g_output_stream_write_all_async(
            g_io_stream_get_output_stream(G_IO_STREAM(connection_.get())), line_.data(),
            line_.size(), G_PRIORITY_DEFAULT, cancellable_.get(), resume<&Line::written>,
            keepAlive());
    }

    void written(GObject *source, GAsyncResult *result)
    {
        system::ErrorHandle error;
        const bool well = g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, nullptr,
                                                           system::ErrorOut(error)) != FALSE;
        if (!current_)
            return;
        if (!well) {
            fail(*error);
            return;
        }
        if (std::exchange(peerLeft_, false))
            hangUp();
        done({});
    }

    void fail(const GError &error)
    {
        hangUp();
        const std::string why = tooLate_ ? "it did not take a line in time"
                                         : system::plainText(error.message ? error.message : "");
        done({.kind = Verdict::Kind::Again,
              .text = where_ + " cannot be reached: " + why,
              .retryAfter = {},
              .connectionFailed = true});
    }

    void done(const Verdict &verdict)
    {
        deadline_.reset();
        const std::int64_t id = *std::exchange(current_, std::nullopt);
        if (handlers_.onDone)
            handlers_.onDone(id, verdict);
    }

    void hangUp()
    {
        peerLeft_ = false;
        if (!connection_)
            return;
        // Closing a GIOStream is refused while something reads from it; its socket is not asked.
        g_cancellable_cancel(listening_.get());
        g_socket_close(g_socket_connection_get_socket(connection_.get()), nullptr);
        connection_.reset();
    }

    const std::string where_;
    const system::ObjectHandle<GSocketConnectable> address_;
    const std::chrono::milliseconds timeout_;
    Target::Handlers handlers_;
    std::optional<std::int64_t> current_;
    std::string line_;
    system::ObjectHandle<GCancellable> cancellable_;
    system::ObjectHandle<GSocketConnection> connection_;
    system::ObjectHandle<GCancellable> listening_;
    system::SourceHandle deadline_;
    std::array<char, 4096> heard_{};
    bool closed_ = false;
    bool tooLate_ = false;
    bool peerLeft_ = false;
};

class SocketTarget final : public Target
{
public:
    SocketTarget(const TargetUri &uri, std::chrono::milliseconds timeout,
                 http::NetworkThread &thread)
        : thread_(thread), line_(std::make_shared<Line>(uri, timeout))
    {
    }
    ~SocketTarget() override { close({}); }

    Window window() const override { return {}; }
    void open(Handlers handlers) override { line_->open(std::move(handlers)); }
    bool canSend() const override { return line_->isFree(); }

    void send(Outgoing outgoing) override
    {
        line_->send(outgoing.id, asLine(std::move(outgoing.body)));
    }

    void close(std::chrono::milliseconds) override
    {
        thread_.runAndWait([this] {
            line_->close();
            // What was cancelled comes back once more, and then GLib has let go of it.
            while (line_.use_count() > 1)
                g_main_context_iteration(g_main_context_get_thread_default(), TRUE);
        });
    }

private:
    http::NetworkThread &thread_;
    const std::shared_ptr<Line> line_;
};

} // namespace

std::unique_ptr<Target> makeSocketTarget(const TargetUri &uri, std::chrono::milliseconds timeout,
                                         http::NetworkThread &thread)
{
    return std::make_unique<SocketTarget>(uri, timeout, thread);
}

} // namespace ooto::publish
