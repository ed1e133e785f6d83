// SPDX-License-Identifier: LGPL-2.1-or-later
// What hands records to a Kafka cluster, each key's in order.
#pragma once

#include "system/secret.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ooto::kafka
{

/** Settings of librdkafka, by their names there. */
using Options = std::vector<std::pair<std::string, std::string>>;

struct ProducerSettings {
    std::string brokers; ///< `host:port`, by commas
    bool tls = false;
    bool sslStrict = true;
    std::string sslCaFile; ///< empty: the system's CAs
    std::string sslCertFile;
    std::string sslKeyFile; ///< empty: it is in sslCertFile
    std::string clientId;
    std::string userId; ///< empty: no SASL
    system::Secret password;
    Options options;                          ///< of those that mistakeInOption() lets pass
    std::chrono::milliseconds timeout{15000}; ///< without any acknowledgement
    std::chrono::milliseconds backoffFactor{500};
    std::chrono::milliseconds backoffMax{60000};
};

struct Record {
    std::string topic;
    std::string key; ///< records with the same key stay in order
    std::string value;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::chrono::system_clock::time_point time{};
    std::chrono::milliseconds timeLeft{0}; ///< after which it is not to be delivered any more
};

/** What became of a record. */
struct Outcome {
    enum class Kind {
        Delivered,
        Unreached,    ///< no broker acknowledged it
        Failed,       ///< they cannot take it, now
        Unauthorized, ///< the credentials, or what they allow
        NotThere,     ///< there is no such topic (yet)
        Rejected,     ///< they never take this one
    };
    Kind kind = Kind::Delivered;
    std::string text{}; ///< one sentence for people, without password
};

/**
 * Idempotent: within the life of one librdkafka client no broker takes a record before those of its
 * key that were handed over earlier, and each only once. That ends with the first failure: then the
 * client is given up with all that it holds, and what may still be delivered goes to a new one,
 * from the oldest on. So a record may come twice, and never after one that it was ahead of.
 *
 * Has a thread of its own for all that may block. Handlers are called on it, and not after close()
 * has returned. All else may be called on any thread and never waits, but close() for as long as it
 * is told.
 */
class Producer
{
public:
    using Token = std::uint64_t;
    struct Handlers {
        /** Of each record, unless close() came first. */
        std::function<void(Token token, const Outcome &outcome)> onDone;
        /** No broker is there any more, while records wait; they go on waiting. */
        std::function<void(const std::string &text)> onAway;
        /** What librdkafka logs. */
        std::function<void(const std::string &text)> onLog;
    };

    Producer(ProducerSettings settings, Handlers handlers);
    ~Producer();

    void open();
    void send(Token token, Record record);
    /** What was not acknowledged yet goes once more, with these. */
    void setCredentials(const std::string &userId, const system::Secret &password);
    /** What waits is given up. After `longest` the thread is left to end by itself. */
    void close(std::chrono::milliseconds longest);

private:
    struct State;
    std::shared_ptr<State> state_;
};

/** False: built without librdkafka, and nothing is ever delivered. */
bool isBuiltIn();

/** Whether a topic may be called so. */
bool isTopicName(std::string_view name);

/** @return what is wrong with a setting of librdkafka, for people; empty: it may be set */
std::string mistakeInOption(const std::string &name, const std::string &value);

} // namespace ooto::kafka
