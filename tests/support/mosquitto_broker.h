// SPDX-License-Identifier: LGPL-2.1-or-later
// The broker that Debian has, and someone who listens to it.
#pragma once

#include "core/base/guarded.h"
#include "support/eventually.h"
#include "support/scratch_directory.h"

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace ooto::test
{

/** A process of a test, which ends with it. */
class ChildProcess
{
public:
    ChildProcess() = default;
    ~ChildProcess() { end(); }
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    /** @param output the descriptor that becomes its standard output; -1: none */
    bool start(const std::vector<std::string> &line, int output = -1);
    void signal(int number) const;
    /** By SIGKILL; waits for the end. */
    void end();
    bool isRunning();

private:
    pid_t pid_ = -1;
};

struct BrokerOptions {
    bool persistence = false;                   ///< keeps retained messages over start()
    std::map<std::string, std::string> users{}; ///< name → password; none: anybody
    std::string acl{};                          ///< the text of an ACL file
    std::string certificate{};                  ///< certificate and key in one file: TLS only
    std::vector<std::string> more{};            ///< lines of its configuration
};

/** mosquitto on a free port of 127.0.0.1. */
class MosquittoBroker
{
public:
    static bool installed();

    explicit MosquittoBroker(BrokerOptions options = {}, bool started = true);
    ~MosquittoBroker() = default;

    unsigned port() const { return port_; }
    /** All that it has logged, over all starts. */
    std::string log() const;
    /** kill -9 */
    void kill();
    /** SIGSTOP: the kernel takes connections and bytes, nobody reads them. */
    void freeze() { process_.signal(SIGSTOP); }
    void thaw() { process_.signal(SIGCONT); }
    /** On the same port. @return whether it takes connections */
    bool start();
    void forgetAll();
    void setUsers(const std::map<std::string, std::string> &users);
    /** Reads users and ACL again. */
    void reload() { process_.signal(SIGHUP); }

    /** The last levels of topics below `prefix` that came, in their order. */
    std::vector<std::string> received(const std::string &prefix) const;

private:
    bool accepts() const;
    void configure();

    ScratchDirectory directory_;
    BrokerOptions options_;
    unsigned port_ = 0;
    ChildProcess process_;
};

struct BrokerMessage {
    std::string topic;
    std::string payload;
    int qos = 0;
    bool retained = false;
    std::string expiry;      ///< s
    std::string contentType; ///< empty: none
    std::string properties;  ///< `name:value …`, those of users
};

/** mosquitto_sub, which reconnects by itself. */
class MosquittoSubscriber
{
public:
    /** Returns when it is subscribed. */
    MosquittoSubscriber(const MosquittoBroker &broker, const std::string &topics,
                        const std::string &user = {}, const std::string &password = {});
    ~MosquittoSubscriber();

    std::vector<BrokerMessage> all() { return *messages_.lock(); }
    std::vector<BrokerMessage> on(const std::string &topic);
    /** Until there are so many on the topic, or `patience` is over. */
    std::vector<BrokerMessage> waitFor(const std::string &topic, std::size_t count = 1);

private:
    void read(int descriptor);

    ChildProcess process_;
    core::Guarded<std::vector<BrokerMessage>> messages_;
    std::thread reader_;
};

} // namespace ooto::test
