// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection to a Redis or Valkey server that comes back by itself.
#pragma once

#include "redis/reply.h"
#include "system/secret.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::redis
{

/** A command that is not answered within this time ends the connection. */
inline constexpr std::chrono::milliseconds longestAnswer{100};

struct ConnectionSettings {
    std::string host; ///< a name or an address, without brackets
    std::uint16_t port = 6379;
    unsigned database = 0;
    std::string userId;      ///< empty: the default one
    system::Secret password; ///< empty: none is sent
    bool tls = false;
    bool sslStrict = true;
    std::string sslCaFile; ///< empty: the system's CAs
};

/** Lua, which the server keeps by its SHA-1. */
class Script
{
public:
    explicit Script(std::string text);
    const std::string &text() const { return text_; }
    const std::string &sha() const { return sha_; }

private:
    std::string text_;
    std::string sha_;
};

/**
 * Thread-bound: to the thread whose default context was the one in which it was made, which calls
 * the handlers. Nothing waits. Handlers may end the connection.
 */
class Connection
{
public:
    struct Handlers {
        std::function<void()> onReady; ///< connected, and let in
        /** Not connected, or no more. @param why for people, without password */
        std::function<void(const std::string &why)> onLost;
    };
    /** Null where no answer came: not in time, or the connection ended. Once per command. */
    using ReplyHandler = std::function<void(const Reply *reply)>;

    Connection(ConnectionSettings settings, Handlers handlers);
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    /** Handlers of commands under way are not called any more. */
    ~Connection();

    void open();
    bool isReady() const;
    /** @return false where it is not ready; the handler is not called then */
    bool command(const std::vector<std::string> &words, ReplyHandler onReply);
    /** EVALSHA; where the server does not know the script, EVAL. */
    bool run(const Script &script, const std::vector<std::string> &keys,
             const std::vector<std::string> &arguments, ReplyHandler onReply);
    /** Ends it, tells onLost, and begins anew after a pause: the server cannot do what is needed.
     */
    void giveUp(const std::string &why);
    /** What it was given goes out now, as far as that is possible without waiting. */
    void flush();

private:
    struct State;
    std::shared_ptr<State> state_;
};

/** False: built without hiredis, and there is never a connection. */
bool isBuiltIn();
/** Whether the build can encrypt connections (hiredis 1.0 or later with its TLS library). */
bool hasTls();

} // namespace ooto::redis
