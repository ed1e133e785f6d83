// SPDX-License-Identifier: LGPL-2.1-or-later
// One request on its way, from name look-up to the last byte of the answer.
#pragma once

#include "http/http2_connections.h"
#include "http/proxy.h"
#include "service/photo_message.h"
#include "service/verdict.h"

#include <array>
#include <chrono>
#include <functional>
#include <memory>

namespace ooto::service
{

/**
 * Lives on the *network* thread only. libsoup's callbacks hold it as long as they may still come;
 * whoever started it hears of its end once, or not at all after abandon().
 */
class Exchange : public std::enable_shared_from_this<Exchange>
{
public:
    struct Handlers {
        std::function<void(core::Reply reply)> onDone;
        /** Asked before the request is sent again, on another connection; true: it will be. */
        std::function<bool()> mayRestart;
    };

    /** @param host whom the request goes to, fit to be shown */
    Exchange(const ConnectionSettings &settings, Request request, system::Secret key,
             std::string host, std::shared_ptr<const http::ProxyRoute> route,
             std::shared_ptr<http::Http2Connections> connections, Handlers handlers);
    ~Exchange();

    void start(SoupSession *session);
    /** Cuts the connection; the done handler is dropped without being called. */
    void abandon();
    /** False as long as no byte of the request can have left since it was sent, or sent again. */
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
    void bodyEnded();
    void fail(const GError &error);
    void restartedBySoup();
    bool connectionHadGone(const GError &error) const;
    core::Reply judged() const;
    void finish(core::Reply reply, Rest rest = Rest::Leave);
    void cancel();
    void ended(bool givenUp);

    const ConnectionSettings settings_;
    Request request_;
    const system::Secret key_;
    const std::string host_;
    const std::shared_ptr<const http::ProxyRoute> route_;
    const std::shared_ptr<http::Http2Connections> connections_;
    Handlers handlers_;   ///< `onDone` is empty once the end is told
    const bool sendable_; ///< id and key fit into headers
    PhotoBody body_;
    system::ObjectHandle<SoupMessage> message_;
    SoupSession *session_ = nullptr; ///< borrowed until the headers came
    system::ObjectHandle<GCancellable> cancellable_{g_cancellable_new()};
    system::SourceHandle deadline_;
    system::ObjectHandle<GInputStream> stream_;
    std::array<char, 16384> chunk_{};
    HttpResponse response_;
    GTlsCertificateFlags certificateFlags_ = G_TLS_CERTIFICATE_NO_FLAGS;
    bool underWay_ = false;  ///< `connections_` counts it
    bool connected_ = false; ///< a connection was made for this message
    bool reached_ = false;   ///< the present connection leads to the service, maybe by a tunnel
    bool left_ = false;      ///< a connection was there to write to
    unsigned restarts_ = 0;
    std::uint64_t bytesSent_ = 0;
    std::chrono::steady_clock::time_point begin_;
};

} // namespace ooto::service
