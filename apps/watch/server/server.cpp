// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/server.h"

#include "http/network_thread.h"
#include "server/router.h"
#include "system/handles.h"

#include <libsoup/soup.h>

#include <exception>
#include <utility>

namespace ooto::watch
{

namespace
{

/** Of a request that was refused: more of its body is not even read past. */
constexpr std::size_t mostPassedOver = 256 * 1024;

std::string headerOf(SoupServerMessage *message, const char *name)
{
    // Of several with one name all, so that none of them counts alone.
    const char *value =
        soup_message_headers_get_list(soup_server_message_get_request_headers(message), name);
    return value ? value : "";
}

RequestHead headOf(SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    RequestHead head;
    head.method = soup_server_message_get_method(message);
    head.path = g_uri_get_path(soup_server_message_get_uri(message));
    head.host = headerOf(message, "Host");
    if (soup_message_headers_get_list(headers, "Origin"))
        head.origin = headerOf(message, "Origin");
    head.authorization = headerOf(message, "Authorization");
    if (const char *type = soup_message_headers_get_content_type(headers, nullptr))
        head.contentType = type;
    const SoupEncoding encoding = soup_message_headers_get_encoding(headers);
    head.isChunked = encoding == SOUP_ENCODING_CHUNKED;
    if (encoding == SOUP_ENCODING_CONTENT_LENGTH)
        head.contentLength =
            static_cast<std::uint64_t>(soup_message_headers_get_content_length(headers));
    return head;
}

std::string bodyOf(SoupServerMessage *message)
{
    const system::BytesHandle body(
        soup_message_body_flatten(soup_server_message_get_request_body(message)));
    gsize size = 0;
    const auto *bytes = static_cast<const char *>(g_bytes_get_data(body.get(), &size));
    return size > 0 ? std::string(bytes, size) : std::string();
}

void respond(SoupServerMessage *message, const Response &response)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    for (const auto &[name, value] : response.headers)
        soup_message_headers_replace(headers, name, value.c_str());
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Cross-Origin-Resource-Policy", "same-origin");
    // One request per connection, so that a deadline of the connection is one of the request.
    soup_message_headers_replace(headers, "Connection", "close");
    soup_server_message_set_status(message, response.status, nullptr);
    soup_server_message_set_response(message, response.contentType.c_str(), SOUP_MEMORY_COPY,
                                     response.body.data(), response.body.size());
}

} // namespace

/** But for its construction and destruction on the thread only. */
class Server::Implementation
{
public:
    Implementation(const ServerOptions &options, Controls &controls)
        : router_(AllowedHosts(options.allowedHosts), options.tokens, controls)
    {
    }
    ~Implementation();

    /** @return what is wrong; empty: nothing */
    std::string open(const ServerOptions &options);
    const std::string &address() const { return address_; }

private:
    void start(const ServerOptions &options, const ListenAddress &address, std::string &problem);
    void headCame(SoupServerMessage *message);
    void bodyCame(SoupServerMessage *message);
    void passOver(SoupServerMessage *message);

    Router router_;
    std::string address_;
    std::shared_ptr<Connections> connections_;
    system::ObjectHandle<SoupServer> server_;
    http::NetworkThread thread_;
};

std::string Server::Implementation::open(const ServerOptions &options)
{
    const auto address = parseListenAddress(options.listen);
    if (!address)
        return address.error();
    std::string problem;
    thread_.runAndWait([&] { start(options, *address, problem); });
    return problem;
}

void Server::Implementation::start(const ServerOptions &options, const ListenAddress &address,
                                   std::string &problem)
{
    // Names of cameras may have a `/` in them, which is not that of the path.
    server_.reset(soup_server_new("raw-paths", TRUE, nullptr));
    auto connections =
        Connections::listen(address, options.limits, [this](GSocketConnection *connection) {
            const system::ObjectHandle<GSocketAddress> local(
                g_socket_connection_get_local_address(connection, nullptr));
            const system::ObjectHandle<GSocketAddress> remote(
                g_socket_connection_get_remote_address(connection, nullptr));
            soup_server_accept_iostream(server_.get(), G_IO_STREAM(connection), local.get(),
                                        remote.get(), nullptr);
        });
    if (!connections) {
        problem = connections.error();
        return;
    }
    connections_ = *connections;
    address_ = addressText({address.host, connections_->port()});
    soup_server_add_early_handler(
        server_.get(), nullptr,
        [](SoupServer *, SoupServerMessage *message, const char *, GHashTable *, gpointer self) {
            static_cast<Implementation *>(self)->headCame(message);
        },
        this, nullptr);
    soup_server_add_handler(
        server_.get(), nullptr,
        [](SoupServer *, SoupServerMessage *message, const char *, GHashTable *, gpointer self) {
            static_cast<Implementation *>(self)->bodyCame(message);
        },
        this, nullptr);
}

Server::Implementation::~Implementation()
{
    thread_.runAndWait([this] {
        if (connections_)
            connections_->close();
        connections_.reset();
        if (server_)
            soup_server_disconnect(server_.get());
        server_.reset();
        // What was cancelled hears of it.
        while (g_main_context_iteration(g_main_context_get_thread_default(), FALSE)) {
        }
    });
}

void Server::Implementation::headCame(SoupServerMessage *message)
{
    try {
        const auto refusal = router_.refuse(headOf(message));
        if (!refusal)
            return;
        passOver(message);
        respond(message, *refusal);
    } catch (const std::exception &) {
        soup_server_message_set_status(message, SOUP_STATUS_INTERNAL_SERVER_ERROR, nullptr);
    }
}

void Server::Implementation::passOver(SoupServerMessage *message)
{
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    struct Counter {
        std::weak_ptr<Connections> connections;
        std::size_t passed = 0;
    };
    const auto chunkCame = +[](SoupServerMessage *of, GBytes *chunk, gpointer data) {
        auto *counter = static_cast<Counter *>(data);
        counter->passed += g_bytes_get_size(chunk);
        const auto connections = counter->connections.lock();
        if (counter->passed > mostPassedOver && connections)
            connections->cut(soup_server_message_get_remote_address(of));
    };
    g_signal_connect_data(
        message, "got-chunk", G_CALLBACK(chunkCame), new Counter{connections_},
        [](gpointer data, GClosure *) { delete static_cast<Counter *>(data); },
        static_cast<GConnectFlags>(0));
}

void Server::Implementation::bodyCame(SoupServerMessage *message)
{
    if (soup_server_message_get_status(message) != 0)
        return;
    try {
        respond(message, router_.answer(headOf(message), bodyOf(message)));
    } catch (const std::exception &) {
        soup_server_message_set_status(message, SOUP_STATUS_INTERNAL_SERVER_ERROR, nullptr);
    }
}

Server::Server(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation))
{
}

Server::~Server() = default;

core::Expected<std::unique_ptr<Server>, std::string> Server::open(const ServerOptions &options,
                                                                  Controls &controls)
{
    auto implementation = std::make_unique<Implementation>(options, controls);
    const std::string problem = implementation->open(options);
    if (!problem.empty())
        return problem;
    return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

const std::string &Server::address() const
{
    return implementation_->address();
}

} // namespace ooto::watch
