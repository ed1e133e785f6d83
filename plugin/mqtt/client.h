// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection to a broker, from its start to its end: what libmosquitto does for us.
#pragma once

#include "mqtt/connection.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct mosquitto;

namespace ooto::mqtt
{

/** How a call of libmosquitto went. */
struct Result {
    int code = 0;        ///< MOSQ_ERR_…
    int systemError = 0; ///< errno, with MOSQ_ERR_ERRNO

    explicit operator bool() const { return code == 0; }
};

/** What a broker answered to CONNECT. */
struct Connack {
    int reason = 0; ///< 0: connected; that of the protocol's version
    int highestQos = 2;
};

struct Receipt {
    int messageId = 0;
    int reason = 0; ///< MQTT 5; 0x80 and more: denied
};

/** What TLS did not like, as far as libmosquitto says it. */
enum class TlsTrouble { None, Certificate, HostName, CaFile, OwnCertificate, OwnKey };

/**
 * Used once: it never connects again, so that it never sends by itself what an earlier connection
 * left. Thread-bound, but may move to another thread once connect() has returned. Nothing but
 * connect() blocks.
 */
class Client
{
public:
    /** @param version 5 or 4; the will is the settings' */
    Client(const ConnectionSettings &settings, int version);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    /** Looks the name up, connects, and sends CONNECT; may take minutes. */
    Result connect();
    /** -1: closed. */
    int socket() const;
    bool wantsToWrite() const;
    /** Reads, writes and keeps alive, as far as it goes without waiting. */
    Result step(bool readable, bool writable);
    struct Progress {
        bool hasMore = false;    ///< bytes are still to be taken
        std::uint64_t taken = 0; ///< bytes that the other side's kernel has taken
    };
    Progress progress() const;

    struct Sent {
        Result result;
        int messageId = 0;
    };
    Sent publish(const Publication &publication);
    Result disconnect();

    int version() const { return version_; }
    const std::optional<Connack> &connack() const { return connack_; }
    /** Of the broker's DISCONNECT, MQTT 5; 0: there was none. */
    int disconnectReason() const { return disconnectReason_; }
    TlsTrouble tlsTrouble() const { return tlsTrouble_; }
    std::vector<Receipt> takeReceipts() { return std::exchange(receipts_, {}); }

private:
    friend struct Callbacks;
    struct Destroyer {
        void operator()(mosquitto *client) const;
    };
    Result prepare(const ConnectionSettings &settings);
    Result prepareTls(const ConnectionSettings &settings);
    Result prepareWill(const Publication &will);

    const std::string host_;
    const int port_;
    const int keepAliveS_;
    const int version_;
    Result prepared_;
    std::optional<Connack> connack_;
    int disconnectReason_ = 0;
    TlsTrouble tlsTrouble_ = TlsTrouble::None;
    std::vector<Receipt> receipts_;
    std::unique_ptr<mosquitto, Destroyer> client_; ///< last: its end may call back
};

} // namespace ooto::mqtt
