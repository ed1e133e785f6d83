// SPDX-License-Identifier: LGPL-2.1-or-later
// A SoupSession set up for one host, and the exchanges that run in it.
#pragma once

#include "http/exchange.h"
#include "http/http_settings.h"
#include "http/proxy.h"
#include "http/trusted_cas.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ooto::http
{

/** Made on any thread; from open() on it lives on the *network* thread. */
class Session
{
public:
    explicit Session(HttpSettings settings);

    /**
     * @param trustedCas        of loadTrustedCas()
     * @param clientCertificate of loadClientCertificate(), for a server that asks for one
     */
    void open(GTlsDatabase *trustedCas, GTlsCertificate *clientCertificate = nullptr);
    /** @param request to the host of the settings' endpoint */
    std::shared_ptr<Exchange> make(Request request, Exchange::Handlers handlers);
    void start(Exchange &exchange) { exchange.start(session_.get()); }
    /**
     * Abandons what is under way, and returns when libsoup has let go of it.
     * @param patience how long to wait for that, should it ever not be at once
     */
    void close(std::chrono::milliseconds patience = std::chrono::seconds(2));

    /** The host that requests go to, fit to be shown. */
    const std::string &host() const { return host_; }
    /** How they get there; known from open() on. */
    const std::shared_ptr<const ProxyRoute> &route() const { return route_; }

private:
    void queued(SoupMessage *message);
    void authorize(SoupMessage *message, bool tunnel);

    const HttpSettings settings_;
    const std::string host_;
    std::shared_ptr<const ProxyRoute> route_;
    system::ObjectHandle<SoupSession> session_;
    system::ObjectHandle<GTlsCertificate> clientCertificate_;
    const std::shared_ptr<Http2Connections> connections_ = std::make_shared<Http2Connections>();
    std::vector<std::weak_ptr<Exchange>> exchanges_;
};

} // namespace ooto::http
