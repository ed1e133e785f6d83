// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/session.h"

#include "http/http_uri.h"
#include "system/plain_text.h"

#include <libsoup/soup.h>

#include <utility>

namespace ooto::http
{

namespace
{

/** Built at the end of `max-in-flight`'s range: libsoup cannot change it later. */
constexpr int maxConnections = 64;

std::string shownHost(const std::string &endpoint)
{
    const system::UriHandle uri = parseHttpUri(endpoint);
    const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
    return host ? system::plainText(host) : "the service";
}

} // namespace

Session::Session(HttpSettings settings)
    : settings_(std::move(settings)), host_(shownHost(settings_.endpoint))
{
}

void Session::open(GTlsDatabase *trustedCas, GTlsCertificate *clientCertificate)
{
    // Letters outside of ASCII are opaque to servers, and allowed (RFC 9110, section 5.5).
    const bool named = !settings_.userAgent.empty() && system::isPlainText(settings_.userAgent);
    // No time limit of its own: each exchange has a deadline, and a shorter one of the session
    // would end it early.
    session_.reset(soup_session_new_with_options(
        "max-conns", maxConnections, "max-conns-per-host", maxConnections, "timeout", 0U,
        "user-agent", named ? settings_.userAgent.c_str() : "ooto", nullptr));
    // Nobody is here to be asked for a password, and none is to be sent to whoever asks.
    soup_session_remove_feature_by_type(session_.get(), SOUP_TYPE_AUTH_MANAGER);
    route_ = std::make_shared<const ProxyRoute>(findProxy(settings_));
    if (route_->resolver)
        soup_session_set_proxy_resolver(session_.get(), route_->resolver.get());
    g_signal_connect(session_.get(), "request-queued",
                     G_CALLBACK(+[](SoupSession *, SoupMessage *message, gpointer self) {
                         static_cast<Session *>(self)->queued(message);
                     }),
                     this);
    if (trustedCas)
        soup_session_set_tls_database(session_.get(), trustedCas);
    if (clientCertificate)
        clientCertificate_ = system::referTo(clientCertificate);
}

void Session::queued(SoupMessage *message)
{
    const bool tunnel = g_strcmp0(soup_message_get_method(message), "CONNECT") == 0;
    authorize(message, tunnel);
    // The proxy at a tunnel's begin is somebody else.
    if (clientCertificate_ && !tunnel)
        soup_message_set_tls_client_certificate(message, clientCertificate_.get());
}

/** Nobody but the proxy sees this: the head of a tunnel, or of a request that it forwards. */
void Session::authorize(SoupMessage *message, bool tunnel)
{
    const char *scheme = g_uri_get_scheme(soup_message_get_uri(message));
    if (!route_->authorization.empty() && (tunnel || g_strcmp0(scheme, "http") == 0)) {
        soup_message_headers_replace(soup_message_get_request_headers(message),
                                     "Proxy-Authorization", route_->authorization.reveal());
    }
}

std::shared_ptr<Exchange> Session::make(Request request, Exchange::Handlers handlers)
{
    std::erase_if(exchanges_, [](const auto &exchange) { return exchange.expired(); });
    auto exchange = std::make_shared<Exchange>(std::move(request), settings_.sslStrict,
                                               connections_, std::move(handlers));
    exchanges_.push_back(exchange);
    return exchange;
}

void Session::close(std::chrono::milliseconds patience)
{
    if (!session_)
        return;
    for (const auto &weak : exchanges_) {
        if (const auto exchange = weak.lock())
            exchange->abandon();
    }
    soup_session_abort(session_.get());

    GMainContext *context = g_main_context_get_thread_default();
    bool patient = true;
    system::SourceHandle limit(g_timeout_source_new(static_cast<guint>(patience.count())));
    g_source_set_callback(
        limit.get(),
        [](gpointer data) -> gboolean {
            *static_cast<bool *>(data) = false;
            return G_SOURCE_REMOVE;
        },
        &patient, nullptr);
    g_source_attach(limit.get(), context);
    const auto busy = [this] {
        std::erase_if(exchanges_, [](const auto &exchange) { return exchange.expired(); });
        return !exchanges_.empty();
    };
    while (patient && busy())
        g_main_context_iteration(context, TRUE);

    g_signal_handlers_disconnect_by_data(session_.get(), this);
    session_.reset();
    // What libsoup left to be done later, such as closing a connection, holds references too.
    while (patient && g_main_context_iteration(context, FALSE)) {
    }
}

} // namespace ooto::http
