// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection to an MQTT broker that comes back by itself.
#pragma once

#include "mqtt/publication.h"
#include "system/secret.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::mqtt
{

struct ConnectionSettings {
    std::string host;
    std::uint16_t port = 1883;
    bool tls = false;
    bool sslStrict = true;
    std::string sslCaFile; ///< empty: the system's CAs
    std::string sslCertFile;
    std::string sslKeyFile;
    std::string clientId;
    std::string userId; ///< empty: no credentials
    system::Secret password;
    std::chrono::seconds keepAlive{30};
    /** 5: falls back to 3.1.1 where the broker does not know it; 4: 3.1.1 only. */
    int version = 5;
    std::chrono::milliseconds timeout{15000}; ///< for CONNACK, and for each PUBACK
    std::chrono::milliseconds backoffFactor{500};
    std::chrono::milliseconds backoffMax{60000};
    Publication will; ///< empty topic: none
};

/** Why there is no connection. */
struct Loss {
    enum class Kind { Down, Unauthorized, TakenOver };
    Kind kind = Kind::Down;
    std::string text; ///< one sentence for people, without password and path
    /**
     * The broker ended a connection that stood and gave no reason, as Debian 12's does when another
     * client comes with the same id.
     */
    bool abrupt = false;
};

/** What became of a publication with QoS 1. */
struct Ack {
    bool accepted = true;
    /** Of one that was denied: it will be denied again (not authorized, bad topic, too large). */
    bool forGood = false;
    bool unauthorized = false; ///< by an ACL, which may be mended
    std::string text;          ///< why it was denied, for people
};

/**
 * Has a thread of its own for all that may block: name look-up, connecting, TLS. Handlers are
 * called on it, and not after close() has returned. All else may be called on any thread and never
 * waits, but close() for as long as it is told.
 */
class Connection
{
public:
    using Token = std::uint64_t;
    struct Handlers {
        std::function<void(int version)> onConnected; ///< each CONNACK
        std::function<void(const Loss &loss)> onLost; ///< each time that it ends, or cannot be made
        /**
         * Of a publication that publish() took; not of those that a lost connection took along.
         * With QoS 0 only where it was denied before it was sent.
         */
        std::function<void(Token token, const Ack &ack)> onAck;
    };

    Connection(ConnectionSettings settings, Handlers handlers);
    ~Connection();

    void open();
    /**
     * @param token given to onAck with QoS 1
     * @param connection the one that is meant, counted from 1 by the calls of onConnected: what
     *                   comes late from a thread that has not heard of a loss yet would overtake
     *                   what was lost; 0: whichever there is
     * @return false: not connected, nothing was taken. What was in flight when a connection ends is
     * not sent again by this class: the caller does, after onLost.
     */
    bool publish(Token token, const Publication &publication, unsigned connection = 0);
    /** From the next connection on, which is tried at once if the last was refused. */
    void setCredentials(const std::string &userId, const system::Secret &password);
    /** Farewells go out, then DISCONNECT; after `longest` the thread is left to end by itself. */
    void close(std::vector<Publication> farewells, std::chrono::milliseconds longest);

private:
    struct State;
    std::shared_ptr<State> state_;
};

/** False: built without libmosquitto, and there is never a connection. */
bool isBuiltIn();

} // namespace ooto::mqtt
