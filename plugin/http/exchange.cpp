// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/exchange.h"

#include "http/header_name.h"
#include "http/http_uri.h"
#include "http/tls_stream.h"

#include <libsoup/soup.h>

#include <algorithm>
#include <utility>

namespace ooto::http
{

namespace
{

bool fitsHeaders(const Request &request)
{
    return std::all_of(request.headers.begin(), request.headers.end(),
                       [](const Header &header) {
                           return isHeaderName(header.name) && system::fitsHeader(header.value);
                       }) &&
           std::all_of(request.secretHeaders.begin(), request.secretHeaders.end(),
                       [](const SecretHeader &header) {
                           return isHeaderName(header.name) && header.value.fitsHeader();
                       });
}

/** Null when the URL is none. */
system::ObjectHandle<SoupMessage> makeMessage(const Request &request)
{
    system::ObjectHandle<SoupMessage> made(
        soup_message_new(request.method.c_str(), request.url.c_str()));
    if (!made)
        return made;
    SoupMessage *message = made.get();

    // libsoup keeps a connection for another POST only when told that asking twice does no harm.
    soup_message_add_flags(message, SOUP_MESSAGE_IDEMPOTENT);
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
    soup_message_add_flags(message, SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);

    SoupMessageHeaders *headers = soup_message_get_request_headers(message);
    for (const Header &header : request.headers)
        soup_message_headers_append(headers, header.name.c_str(), header.value.c_str());
    for (const SecretHeader &header : request.secretHeaders)
        soup_message_headers_append(headers, header.name.c_str(), header.value.reveal());
    if (request.body)
        soup_message_set_request_body_from_bytes(message, request.contentType.c_str(),
                                                 request.body.get());
    return made;
}

system::ErrorHandle newError(GQuark domain, int code, const char *text)
{
    return system::ErrorHandle(g_error_new_literal(domain, code, text));
}

} // namespace

Exchange::Exchange(Request request, bool sslStrict, std::shared_ptr<Http2Connections> connections,
                   Handlers handlers)
    : request_(std::move(request)),
      sslStrict_(sslStrict),
      connections_(std::move(connections)),
      handlers_(std::move(handlers))
{
}

Exchange::~Exchange()
{
    disconnectSignals();
}

void Exchange::start(SoupSession *session)
{
    begin_ = std::chrono::steady_clock::now();
    session_ = session;
    connections_->requestBegan();
    underWay_ = true;
    if (!fitsHeaders(request_)) {
        finish(Failure{.kind = Failure::Kind::UnfitHeader});
        return;
    }
    message_ = makeMessage(request_);
    if (!message_) {
        finish(Failure{.kind = Failure::Kind::NoUrl});
        return;
    }
    startDeadline();
    send();
}

void Exchange::send()
{
    reached_ = false;
    connectSignals();
    soup_session_send_async(session_, message_.get(), G_PRIORITY_DEFAULT, cancellable_.get(),
                            resume<&Exchange::headersCame>, keepAlive());
}

void Exchange::connectSignals()
{
    SoupMessage *message = message_.get();
    g_signal_connect(message, "accept-certificate",
                     G_CALLBACK(+[](SoupMessage *, GTlsCertificate *, GTlsCertificateFlags flags,
                                    gpointer self) -> gboolean {
                         auto *exchange = static_cast<Exchange *>(self);
                         if (!exchange->sslStrict_)
                             return TRUE;
                         exchange->certificateFlags_ = flags;
                         return FALSE;
                     }),
                     this);
    g_signal_connect(message, "wrote-body-data",
                     G_CALLBACK(+[](SoupMessage *, guint bytes, gpointer self) {
                         static_cast<Exchange *>(self)->bytesSent_ += bytes;
                     }),
                     this);
    g_signal_connect(
        message, "network-event",
        G_CALLBACK(+[](SoupMessage *, GSocketClientEvent event, GIOStream *stream, gpointer self) {
            auto *exchange = static_cast<Exchange *>(self);
            exchange->connected_ = true;
            if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED)
                exchange->handshakeDone(stream);
        }),
        this);
    // Before the first byte is written, to whatever connection.
    g_signal_connect(message, "starting", G_CALLBACK(+[](SoupMessage *, gpointer self) {
                         static_cast<Exchange *>(self)->starting();
                     }),
                     this);
    g_signal_connect(message, "restarted", G_CALLBACK(+[](SoupMessage *, gpointer self) {
                         static_cast<Exchange *>(self)->restartedBySoup();
                     }),
                     this);
}

/**
 * "accept-certificate" is not all: it is not emitted where a TLS session is resumed, and GLib keeps
 * the sessions of the whole process. Somebody else may have been content with this certificate.
 */
void Exchange::handshakeDone(GIOStream *stream)
{
    if (!G_IS_TLS_CONNECTION(stream))
        return;
    const auto problems = certificateProblems(G_TLS_CONNECTION(stream));
    if (sslStrict_ && problems != G_TLS_CERTIFICATE_NO_FLAGS) {
        cutOff(stream);
        refuse(problems);
        return;
    }
    connections_->add(stream);
}

/** Looks once more, in case another message has made the connection. */
void Exchange::starting()
{
    SoupMessage *message = message_.get();
    const bool tls = isHttps(soup_message_get_uri(message));
    auto problems = soup_message_get_tls_peer_certificate_errors(message);
    if (!soup_message_get_tls_peer_certificate(message))
        problems = G_TLS_CERTIFICATE_GENERIC_ERROR;
    if (!tls || !sslStrict_ || problems == G_TLS_CERTIFICATE_NO_FLAGS) {
        reached_ = true;
        left_ = true;
        return;
    }
    // Over HTTP/2 libsoup writes what was cancelled nevertheless: let that be nothing of worth.
    soup_message_headers_clear(soup_message_get_request_headers(message));
    soup_message_set_request_body_from_bytes(message, nullptr, nullptr);
    refuse(problems);
}

void Exchange::refuse(GTlsCertificateFlags problems)
{
    certificateFlags_ = problems;
    finish(disconnected(newError(G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "bad certificate")),
           Rest::Cancel);
}

/** libsoup may hold the message for a little longer than this object lives. */
void Exchange::disconnectSignals()
{
    if (message_)
        g_signal_handlers_disconnect_by_data(message_.get(), this);
}

void Exchange::startDeadline()
{
    // Our own, because the timeout of a SoupSession starts again with every byte. Its data is
    // borrowed: the source goes before this object does.
    const auto left = std::clamp<std::int64_t>(request_.timeout.count(), 1, G_MAXUINT);
    deadline_ = system::SourceHandle(g_timeout_source_new(static_cast<guint>(left)));
    g_source_set_callback(
        deadline_.get(),
        [](gpointer data) -> gboolean {
            const auto self = static_cast<Exchange *>(data)->shared_from_this();
            self->finish(Failure{.kind = Failure::Kind::Deadline, .status = self->statusSoFar()},
                         Rest::Cancel);
            return G_SOURCE_REMOVE;
        },
        this, nullptr);
    g_source_attach(deadline_.get(), g_main_context_get_thread_default());
}

template<void (Exchange::*Method)(GAsyncResult *)>
void Exchange::resume(GObject *, GAsyncResult *result, gpointer keeper)
{
    const std::unique_ptr<std::shared_ptr<Exchange>> self(
        static_cast<std::shared_ptr<Exchange> *>(keeper));
    ((**self).*Method)(result);
}

void Exchange::headersCame(GAsyncResult *result)
{
    system::ErrorHandle error;
    stream_.reset(soup_session_send_finish(session_, result, system::ErrorOut(error)));
    if (!stream_) {
        // Of a 401 libsoup reads the body first, and says nothing of the status when that breaks.
        response_.status = statusSoFar();
        bodyBroke(std::move(error));
        return;
    }
    SoupMessage *message = message_.get();
    SoupMessageHeaders *headers = soup_message_get_response_headers(message);
    const auto header = [headers](const char *name) {
        const char *value = soup_message_headers_get_one(headers, name);
        return std::string(value ? value : "");
    };
    response_.status = static_cast<int>(soup_message_get_status(message));
    response_.location = header("Location");
    response_.retryAfter = header("Retry-After");
    // What a proxy answers to CONNECT comes as if it were the response.
    if (!reached_) {
        finish(Failure{.kind = Failure::Kind::NoTunnel, .status = response_.status});
        return;
    }
    readOn();
}

void Exchange::readOn()
{
    g_input_stream_read_async(stream_.get(), chunk_.data(), chunk_.size(), G_PRIORITY_DEFAULT,
                              cancellable_.get(), resume<&Exchange::bytesCame>, keepAlive());
}

void Exchange::bytesCame(GAsyncResult *result)
{
    system::ErrorHandle error;
    const gssize size = g_input_stream_read_finish(stream_.get(), result, system::ErrorOut(error));
    if (size < 0) {
        bodyBroke(std::move(error));
        return;
    }
    if (size == 0) {
        bodyEnded();
        return;
    }
    // Also the bound for what a compressed body unpacks to: it is unpacked a chunk at a time.
    const std::size_t left = request_.longestBody - response_.body.size();
    response_.tooLong = static_cast<std::size_t>(size) > left;
    if (response_.tooLong) {
        finish(std::move(response_), Rest::Cancel);
        return;
    }
    response_.body.append(chunk_.data(), static_cast<std::size_t>(size));
    readOn();
}

/** A refusal is one even when its explanation was lost on the way. */
void Exchange::bodyBroke(system::ErrorHandle error)
{
    if (response_.status == SOUP_STATUS_NONE || response_.status == SOUP_STATUS_OK)
        fail(std::move(error));
    else
        finish(std::move(response_));
}

/** Of a response that came from the host, even if it did not yet come to us; else 0. */
int Exchange::statusSoFar() const
{
    const auto status = static_cast<int>(soup_message_get_status(message_.get()));
    return reached_ && !SOUP_STATUS_IS_INFORMATIONAL(status) ? status : 0;
}

void Exchange::bodyEnded()
{
    SoupMessageHeaders *headers = soup_message_get_response_headers(message_.get());
    const bool plain = soup_message_headers_get_one(headers, "Content-Encoding") == nullptr;
    const bool counted = soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH;
    const auto length = soup_message_headers_get_content_length(headers);
    // libsoup takes a body that is too short for whole when the connection was to close anyhow.
    if (response_.status == SOUP_STATUS_OK && plain && counted &&
        response_.body.size() < static_cast<std::size_t>(length)) {
        fail(newError(G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "truncated"));
        return;
    }
    finish(std::move(response_));
}

/**
 * True when a connection kept from an earlier request failed before the answer began: the server
 * had closed it, and says nothing about this request. libsoup tries again only what is no POST.
 */
bool Exchange::connectionHadGone(const GError &error) const
{
    return !connected_ && restarts_ == 0 && response_.status == 0 &&
           (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
            g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
            g_error_matches(&error, G_TLS_ERROR, G_TLS_ERROR_EOF));
}

bool Exchange::admitRestart()
{
    return !handlers_.admitRestart || handlers_.admitRestart();
}

Failure Exchange::disconnected(system::ErrorHandle error) const
{
    return {.kind = Failure::Kind::Disconnected,
            .status = response_.status,
            .error = std::move(error),
            .certificateFlags = certificateFlags_};
}

void Exchange::fail(system::ErrorHandle error)
{
    if (handlers_.onDone && connectionHadGone(*error) && admitRestart()) {
        ++restarts_;
        left_ = false;
        disconnectSignals();
        message_ = makeMessage(request_);
        soup_message_add_flags(message_.get(), SOUP_MESSAGE_NEW_CONNECTION);
        send();
        return;
    }
    finish(disconnected(std::move(error)));
}

/** libsoup sends once more by itself what a server did not look at; that counts as well. */
void Exchange::restartedBySoup()
{
    reached_ = false;
    ++restarts_;
    if (!handlers_.onDone)
        return;
    if (admitRestart()) {
        left_ = false;
        return;
    }
    finish(disconnected(newError(G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "connection closed")),
           Rest::Cancel);
}

void Exchange::abandon()
{
    handlers_.onDone = nullptr;
    deadline_.reset();
    cancel();
}

/** Whatever libsoup still does for the request is no longer wanted. */
void Exchange::cancel()
{
    g_cancellable_cancel(cancellable_.get());
    ended(true);
}

void Exchange::ended(bool givenUp)
{
    if (!std::exchange(underWay_, false))
        return;
    connections_->requestEnded(givenUp);
}

void Exchange::finish(std::variant<Response, Failure> end, Rest rest)
{
    const auto self = shared_from_this();
    deadline_.reset();
    if (stream_ && !g_input_stream_is_closed(stream_.get()) &&
        !g_input_stream_has_pending(stream_.get())) {
        // Hands the connection back, or cuts it when there is more to read: libsoup 3 does not
        // drain the rest.
        g_input_stream_close_async(stream_.get(), G_PRIORITY_DEFAULT, nullptr, nullptr, nullptr);
    }
    const auto roundTrip = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin_);
    if (const auto onDone = std::exchange(handlers_.onDone, nullptr))
        onDone({.end = std::move(end),
                .hasLeft = left_,
                .restarts = restarts_,
                .bytesSent = bytesSent_,
                .roundTrip = roundTrip});
    if (rest == Rest::Cancel)
        cancel();
    else
        ended(false);
}

} // namespace ooto::http
