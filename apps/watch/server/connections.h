// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is connected: libsoup's server knows neither a deadline nor a limit.
#pragma once

#include "core/base/expected.h"
#include "server/listen_address.h"
#include "system/handles.h"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

namespace ooto::watch
{

/** How much others may take. */
struct ConnectionLimits {
    std::size_t most = 64;                    ///< at once; one more ends the oldest
    std::chrono::milliseconds longest{15000}; ///< from its begin to its end, whatever it does
};

/** Thread-bound: one thread with a GMainContext of its own. */
class Connections : public std::enable_shared_from_this<Connections>
{
public:
    using Taker = std::function<void(GSocketConnection *)>;

    /** @return what it listens with, or which address does not work and why */
    static core::Expected<std::shared_ptr<Connections>, std::string>
    listen(const ListenAddress &address, const ConnectionLimits &limits, Taker taker);
    ~Connections();

    /** That it listens on: with `port=0` the one that was free. */
    unsigned port() const { return port_; }
    /** Ends the one that comes from there. */
    void cut(GSocketAddress *remote);
    /** Ends all and takes no more. */
    void close();

private:
    struct One {
        system::ObjectHandle<GSocketConnection> connection;
        std::chrono::steady_clock::time_point deadline;
        bool isCut = false;
    };
    Connections(const ConnectionLimits &limits, Taker taker);
    std::string bind(const ListenAddress &address);
    void accept();
    void accepted(system::ObjectHandle<GSocketConnection> connection);
    void sweep();
    static void cut(One &one);

    const ConnectionLimits limits_;
    const Taker taker_;
    unsigned port_ = 0;
    system::ObjectHandle<GSocketListener> listener_;
    system::ObjectHandle<GCancellable> ended_;
    system::SourceHandle sweeper_;
    std::list<One> all_; ///< oldest first
};

} // namespace ooto::watch
