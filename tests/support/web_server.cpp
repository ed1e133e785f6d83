// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/web_server.h"

#include <stdexcept>

namespace ooto::test
{

namespace
{

WebRequest recordOf(SoupServerMessage *message)
{
    WebRequest request;
    request.method = soup_server_message_get_method(message);
    GUri *uri = soup_server_message_get_uri(message);
    request.path = g_uri_get_path(uri);
    request.query = g_uri_get_query(uri) ? g_uri_get_query(uri) : "";
    soup_message_headers_foreach(
        soup_server_message_get_request_headers(message),
        [](const char *name, const char *value, gpointer headers) {
            (*static_cast<std::map<std::string, std::string> *>(headers))[name] = value;
        },
        &request.headers);
    const system::BytesHandle body(
        soup_message_body_flatten(soup_server_message_get_request_body(message)));
    gsize size = 0;
    const auto *bytes = static_cast<const char *>(g_bytes_get_data(body.get(), &size));
    if (size > 0)
        request.body.assign(bytes, size);
    return request;
}

void respond(SoupServerMessage *message, const WebResponse &response)
{
    for (const auto &[name, value] : response.headers)
        soup_message_headers_append(soup_server_message_get_response_headers(message), name.c_str(),
                                    value.c_str());
    soup_server_message_set_status(message, static_cast<guint>(response.status), nullptr);
    soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY,
                                     response.body.data(), response.body.size());
}

void askForCertificates(SoupServer *server, const std::string &clientCaFile)
{
    const system::ObjectHandle<GTlsDatabase> cas(
        g_tls_file_database_new(clientCaFile.c_str(), nullptr));
    soup_server_set_tls_database(server, cas.get());
    soup_server_set_tls_auth_mode(server, G_TLS_AUTHENTICATION_REQUIRED);
    // libsoup accepts none by itself, not even a good one.
    const auto accept = +[](SoupServerMessage *, GTlsCertificate *, GTlsCertificateFlags problems,
                            gpointer) -> gboolean { return problems == 0; };
    const auto started = +[](SoupServer *, SoupServerMessage *message, gpointer accepter) {
        g_signal_connect(message, "accept-certificate", reinterpret_cast<GCallback>(accepter),
                         nullptr);
    };
    g_signal_connect(server, "request-started", G_CALLBACK(started),
                     reinterpret_cast<gpointer>(accept));
}

} // namespace

WebServer::WebServer(Handler handler, const std::string &certificateFile,
                     const std::string &clientCaFile)
    : handler_(std::move(handler)), tls_(!certificateFile.empty())
{
    thread_.runAndWait([this, &certificateFile, &clientCaFile] {
        server_.reset(soup_server_new(nullptr, nullptr));
        if (tls_) {
            const system::ObjectHandle<GTlsCertificate> certificate(
                g_tls_certificate_new_from_file(certificateFile.c_str(), nullptr));
            soup_server_set_tls_certificate(server_.get(), certificate.get());
        }
        if (!clientCaFile.empty())
            askForCertificates(server_.get(), clientCaFile);
        soup_server_add_handler(
            server_.get(), nullptr,
            [](SoupServer *, SoupServerMessage *message, const char *, GHashTable *,
               gpointer self) { static_cast<WebServer *>(self)->serve(message); },
            this, nullptr);
        soup_server_listen_local(
            server_.get(), 0,
            static_cast<SoupServerListenOptions>(SOUP_SERVER_LISTEN_IPV4_ONLY |
                                                 (tls_ ? SOUP_SERVER_LISTEN_HTTPS : 0)),
            nullptr);
        GSList *uris = soup_server_get_uris(server_.get());
        if (uris)
            port_ = static_cast<unsigned>(g_uri_get_port(static_cast<GUri *>(uris->data)));
        g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    });
    if (port_ == 0)
        throw std::runtime_error("cannot listen on 127.0.0.1");
}

WebServer::~WebServer()
{
    thread_.runAndWait([this] {
        soup_server_disconnect(server_.get());
        server_.reset();
        while (g_main_context_iteration(g_main_context_get_thread_default(), FALSE)) {
        }
    });
}

std::string WebServer::url(const std::string &host) const
{
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + "/identify";
}

void WebServer::serve(SoupServerMessage *message)
{
    const WebRequest request = recordOf(message);
    auto *peer = G_INET_SOCKET_ADDRESS(soup_server_message_get_remote_address(message));
    {
        auto seen = seen_.lock();
        seen->ports.insert(g_inet_socket_address_get_port(peer));
        seen->requests.push_back(request);
    }
    respond(message, handler_(request));
}

} // namespace ooto::test
