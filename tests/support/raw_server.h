// SPDX-License-Identifier: LGPL-2.1-or-later
// A TCP server that answers with exactly the bytes that a test wants, or does worse.
#pragma once

#include "core/base/guarded.h"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace ooto::test
{

/** One accepted connection. Every call ends early, with "nothing", when the server stops. */
class RawConnection
{
public:
    RawConnection(int socket, unsigned number) : socket_(socket), number_(number) {}
    RawConnection(const RawConnection &) = delete;
    RawConnection &operator=(const RawConnection &) = delete;
    ~RawConnection();

    /** Counted from 1 in the order in which they were accepted. */
    unsigned number() const { return number_; }
    /** Head and body of the next request as they came; empty when the peer closed. */
    std::string readRequest();
    /** The next bytes, at least one; empty when the peer closed. */
    std::string read();
    /** @return false when the peer is gone */
    bool write(std::string_view bytes);
    /** Waits until the peer closes, or for as long as said. @return false when it has closed */
    bool pause(std::chrono::milliseconds time);
    /** Waits until the peer closes. */
    void hold() { pause(std::chrono::hours(1)); }
    /** Closes so that the peer sees a reset instead of an end. */
    void reset();
    /** From any thread: ends what the script is waiting for. */
    void shutDown();

private:
    const int socket_;
    const unsigned number_;
    std::string unread_;
};

/**
 * Listens on a free port of 127.0.0.1. Each connection runs the script on a thread of its own;
 * plain sockets and threads, so that race detectors see every hand-over.
 */
class RawServer
{
public:
    using Script = std::function<void(RawConnection &)>;

    /** @param port 0 for any that is free */
    explicit RawServer(Script script, unsigned port = 0);
    ~RawServer();

    unsigned port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/identify"; }
    unsigned connections() { return state_.lock()->accepted; }

    /** An HTTP/1.1 response that keeps the connection. */
    static std::string response(std::string_view status, std::string_view body,
                                std::string_view moreHeaders = {});

private:
    struct State {
        unsigned accepted = 0;
        bool stopped = false;
        std::list<std::shared_ptr<RawConnection>> connections;
        std::list<std::thread> threads;
        std::list<std::thread> ended; ///< those that have nothing more to do
    };
    void acceptAll();
    void joinEnded();

    const Script script_;
    int listener_ = -1;
    unsigned port_ = 0;
    core::Guarded<State> state_;
    std::thread acceptor_;
};

/** A port of 127.0.0.1 on which nobody listens just now. */
unsigned freePort();

} // namespace ooto::test
