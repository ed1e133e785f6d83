// SPDX-License-Identifier: LGPL-2.1-or-later
// A SoupSession set up for one service, and the exchanges that run in it.
#pragma once

#include "http/trusted_cas.h"
#include "service/exchange.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::service
{

/** Made on any thread; from open() on it lives on the *network* thread. */
class Session
{
public:
    explicit Session(ConnectionSettings settings);

    /** @param trustedCas of loadTrustedCas() */
    void open(GTlsDatabase *trustedCas);
    std::shared_ptr<Exchange> make(Request request, system::Secret key,
                                   Exchange::Handlers handlers);
    void start(Exchange &exchange) { exchange.start(session_.get()); }
    /** Abandons what is under way, and returns when libsoup has let go of it. */
    void close();

private:
    void authorize(SoupMessage *message);

    const ConnectionSettings settings_;
    std::string host_; ///< fit to be shown
    std::shared_ptr<const http::ProxyRoute> route_;
    system::ObjectHandle<SoupSession> session_;
    const std::shared_ptr<http::Http2Connections> connections_ =
        std::make_shared<http::Http2Connections>();
    std::vector<std::weak_ptr<Exchange>> exchanges_;
};

} // namespace ooto::service
