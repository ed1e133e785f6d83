// SPDX-License-Identifier: LGPL-2.1-or-later
// A SoupSession set up for one service, and the exchanges that run in it.
#pragma once

#include "service/exchange.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::service
{

using TlsDatabaseHandle = ObjectHandle<GTlsDatabase>;

/** Reads a CA file, on any thread; null and a text for people when that fails. */
TlsDatabaseHandle loadCaFile(const std::string &path, std::string &error);

/** Made on any thread; from open() on it lives on the *network* thread. */
class Session
{
public:
    explicit Session(ConnectionSettings settings);

    /** @param caFile the CAs to trust instead of the system's, or null */
    void open(GTlsDatabase *caFile);
    std::shared_ptr<Exchange> make(Request request, Exchange::DoneHandler onDone);
    void start(Exchange &exchange) { exchange.start(session_.get()); }
    /** Abandons what is under way, and returns when libsoup has let go of it. */
    void close();

private:
    const ConnectionSettings settings_;
    std::string host_; ///< fit to be shown
    ObjectHandle<SoupSession> session_;
    std::vector<std::weak_ptr<Exchange>> exchanges_;
};

} // namespace ooto::service
