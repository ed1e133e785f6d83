// SPDX-License-Identifier: LGPL-2.1-or-later
// A Redis or Valkey server of a test, and a way to it that can be disturbed.
#pragma once

#include "core/base/guarded.h"
#include "support/mosquitto_broker.h"
#include "support/raw_server.h"
#include "support/scratch_directory.h"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace ooto::test
{

/** redis-server (else valkey-server) on a free port of 127.0.0.1, which keeps nothing on disk. */
class RedisServer
{
public:
    /** Also those that OOTO_TEST_REDIS names. */
    static bool installed();

    explicit RedisServer(std::vector<std::string> options = {});

    unsigned port() const { return port_; }
    std::string uri(const std::string &user = {}) const;
    /** kill -9: what it knew is gone. */
    void kill() { process_.end(); }
    /** On the same port. @return whether it takes connections */
    bool start();
    /** SIGSTOP: the kernel takes connections and bytes, nobody reads them. */
    void freeze() { process_.signal(SIGSTOP); }
    void thaw() { process_.signal(SIGCONT); }

    /** Its whole answer, as it comes; empty without one. */
    std::string command(const std::vector<std::string> &words) const;
    void flush() { command({"FLUSHALL"}); }
    /** The names of all keys, one after the other. */
    std::string keys() const { return command({"KEYS", "*"}); }
    /**
     * As if it had known the runs of today for a while: nothing has to wait until all are known.
     * @param prefix of the keys, "ooto:{…}:"
     */
    void makeKnown(const std::string &prefix, const std::string &zone);

private:
    const std::vector<std::string> options_;
    ScratchDirectory directory_;
    unsigned port_ = 0;
    ChildProcess process_;
};

/** Forwards connections to a port of 127.0.0.1, as long as it is let. */
class TcpRelay
{
public:
    explicit TcpRelay(unsigned port);

    unsigned port() const { return server_.port(); }
    /** From now on nothing goes through, and nobody is told. */
    void cut() { open_ = false; }
    void mend() { open_ = true; }
    /** Each way. */
    void delay(std::chrono::milliseconds time) { delay_ = time.count(); }

private:
    void serve(RawConnection &client);

    const unsigned port_;
    std::atomic<bool> open_{true};
    std::atomic<long> delay_{0}; ///< ms
    RawServer server_;           ///< last: its threads use what is above
};

} // namespace ooto::test
