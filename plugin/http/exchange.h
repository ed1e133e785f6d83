// SPDX-License-Identifier: LGPL-2.1-or-later
// One request on its way, from name look-up to the last byte of the response.
#pragma once

#include "http/http2_connections.h"
#include "http/request.h"

#include <array>
#include <chrono>
#include <functional>
#include <memory>

// libsoup's own, which stays out of here.
typedef struct _SoupMessage SoupMessage; // NOLINT(bugprone-reserved-identifier)
typedef struct _SoupSession SoupSession; // NOLINT(bugprone-reserved-identifier)

namespace ooto::http
{

/**
 * Lives on the *network* thread only. libsoup's callbacks hold it as long as they may still come;
 * whoever started it hears of its end once, or not at all after abandon(). Redirects are not
 * followed, and nobody is sent credentials that are not in the request.
 */
class Exchange : public std::enable_shared_from_this<Exchange>
{
public:
    struct Handlers {
        std::function<void(Result result)> onDone;
        /**
         * Asked before the request is sent again, on another connection, since a kept one had gone:
         * true admits it. Empty: all are.
         */
        std::function<bool()> admitRestart;
    };

    Exchange(Request request, bool sslStrict, std::shared_ptr<Http2Connections> connections,
             Handlers handlers);
    ~Exchange();

    void start(SoupSession *session);
    /** Cuts the connection; the done handler is dropped without being called. */
    void abandon();
    /** As in Result, to be asked after abandon(). */
    bool hasLeft() const { return left_; }

private:
    /** What becomes of the part of an exchange that comes after its end was told. */
    enum class Rest { Leave, Cancel };

    template<void (Exchange::*Method)(GAsyncResult *)>
    static void resume(GObject *source, GAsyncResult *result, gpointer self);
    gpointer keepAlive() { return new std::shared_ptr<Exchange>(shared_from_this()); }

    void send();
    void connectSignals();
    void disconnectSignals();
    void handshakeDone(GIOStream *stream);
    void starting();
    void refuse(GTlsCertificateFlags problems);
    void startDeadline();
    void headersCame(GAsyncResult *result);
    void readOn();
    void bytesCame(GAsyncResult *result);
    void bodyBroke(system::ErrorHandle error);
    void bodyEnded();
    int statusSoFar() const;
    void fail(system::ErrorHandle error);
    void restartedBySoup();
    bool connectionHadGone(const GError &error) const;
    bool admitRestart();
    Failure disconnected(system::ErrorHandle error) const;
    void finish(std::variant<Response, Failure> end, Rest rest = Rest::Leave);
    void cancel();
    void ended(bool givenUp);

    const Request request_;
    const bool sslStrict_;
    const std::shared_ptr<Http2Connections> connections_;
    Handlers handlers_; ///< `onDone` is empty once the end is told
    system::ObjectHandle<SoupMessage> message_;
    SoupSession *session_ = nullptr; ///< borrowed until the headers came
    system::ObjectHandle<GCancellable> cancellable_{g_cancellable_new()};
    system::SourceHandle deadline_;
    system::ObjectHandle<GInputStream> stream_;
    std::array<char, 16384> chunk_{};
    Response response_;
    GTlsCertificateFlags certificateFlags_ = G_TLS_CERTIFICATE_NO_FLAGS;
    bool underWay_ = false;  ///< `connections_` counts it
    bool connected_ = false; ///< a connection was made for this message
    bool reached_ = false;   ///< the present connection leads to the host, maybe by a tunnel
    bool left_ = false;      ///< a connection was there to write to
    unsigned restarts_ = 0;
    std::uint64_t bytesSent_ = 0;
    std::chrono::steady_clock::time_point begin_;
};

} // namespace ooto::http
