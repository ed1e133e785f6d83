// SPDX-License-Identifier: LGPL-2.1-or-later
// One TCP connection to a server: hiredis, driven by a GSource.
#pragma once

#include "redis/connection.h"
#include "redis/reply.h"
#include "system/handles.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct redisAsyncContext;

namespace ooto::redis
{

/**
 * Thread-bound. Handlers are called from the main loop, never from within a call, and may destroy
 * the link. hiredis' own adapter to GLib touches a context after it was freed when a connection is
 * refused (0.14 and 1.2), and knows no order for that; hence one of our own.
 */
class Link
{
public:
    using Token = std::uint64_t;
    struct Handlers {
        std::function<void()> onConnected;
        std::function<void(Token token, const Reply &reply)> onReply;
        std::function<void(const std::string &why)> onEnd; ///< the last call
    };

    /**
     * @param address a numeric one: names would make hiredis wait
     * @param problem set to what is wrong where nullptr is returned
     */
    static std::unique_ptr<Link> connect(const std::string &address,
                                         const ConnectionSettings &settings, Handlers handlers,
                                         std::string &problem);
    Link(const Link &) = delete;
    Link &operator=(const Link &) = delete;
    ~Link();

    bool send(Token token, const std::vector<std::string> &words);
    /** Writes what waits, without waiting itself. */
    void flush();

private:
    struct Callbacks;
    struct News {
        enum class Kind { Connected, Replied, Ended };
        Kind kind = Kind::Ended;
        Token token = 0;
        Reply reply{};
        std::string why{};
    };

    Link(redisAsyncContext *context, Handlers handlers);
    void watch();
    void want(GIOCondition condition, bool wanted);
    bool dispatch();
    void deliver(const std::weak_ptr<int> &alive);

    const Handlers handlers_;
    redisAsyncContext *context_; ///< owned, but hiredis frees it by itself when it ends
    GIOCondition wanted_{};
    gpointer tag_ = nullptr;
    std::deque<News> news_;
    const std::shared_ptr<int> life_ = std::make_shared<int>(0);
    system::SourceHandle source_;
};

} // namespace ooto::redis
