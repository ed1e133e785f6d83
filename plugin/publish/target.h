// SPDX-License-Identifier: LGPL-2.1-or-later
// Where events go: a file, a socket, a broker, a web server.
#pragma once

#include "core/asking/face.h"
#include "spool/record.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ooto::publish
{

/** One event as a format made it, ready to be sent. */
struct Outgoing {
    std::int64_t id = 0; ///< the record's
    std::string eventId;
    std::string camera;
    core::FaceEventType type = core::FaceEventType::New;
    std::chrono::system_clock::time_point received{};
    std::string body;
    std::string contentType = "application/json";
    std::string topic;  ///< of a template, or of the property; empty: the target's own
    std::string path;   ///< HTTP: to be used instead of the uri's; empty: the uri's
    std::string method; ///< HTTP; empty: POST
    bool retain = false;
    std::string expectedAnswer; ///< HTTP: a text that a good answer's body has; empty: any
    std::string json;           ///< the event, whatever the format
    spool::Picture photo;       ///< to go along; null: none
    spool::Picture frame;
    std::chrono::milliseconds timeLeft{0}; ///< of `max-age`
};

/** What became of an attempt. */
struct Verdict {
    enum class Kind {
        Delivered,
        Again,        ///< may work later: no connection, busy, an error of theirs
        NoRoom,       ///< it is there and has no place now, whatever the record is: a full disk
        Unauthorized, ///< credentials, which may be replaced
        NotThere,     ///< nobody takes such things there (yet): 3xx, 404, 405
        Gone,         ///< asked for no more (410): tried again once an hour
        Rejected,     ///< this one never works, the next may
    };
    Kind kind = Kind::Delivered;
    std::string text{}; ///< one sentence for people; no secret, no path
    std::optional<std::chrono::seconds> retryAfter{}; ///< the target's own wish
    bool connectionFailed = false; ///< Again: nobody was reached, whatever the record is
};

/** How a target is, beside what single attempts tell. */
struct TargetState {
    enum class Kind { Ok, Degraded, Down, Unauthorized, Full };
    Kind kind = Kind::Ok;
    std::string reason{};

    bool operator==(const TargetState &) const = default;
};

/** "ok", "degraded", "down", "unauthorized", "full". */
const char *stateName(TargetState::Kind kind);

/** How much may be under way at once. */
struct Window {
    unsigned all = 1;
    unsigned perCamera = 1;
};

/**
 * Lives on the publisher's thread: all calls come there, and handlers are to be called there (on
 * the thread's context; from send() itself only after it has returned). No call waits; what may
 * block has a thread of its own that can be left behind.
 */
class Target
{
public:
    struct Handlers {
        /** Each send() is answered once, unless close() came first. */
        std::function<void(std::int64_t id, const Verdict &verdict)> onDone;
        /** The connection itself, where there is one apart from attempts (MQTT). */
        std::function<void(const TargetState &state)> onState;
        /** canSend() may have become true. */
        std::function<void()> onReady;
    };

    virtual ~Target() = default;

    virtual Window window() const = 0;
    virtual void open(Handlers handlers) = 0;
    /** False while there is no connection: records stay where they are. */
    virtual bool canSend() const { return true; }
    virtual void send(Outgoing outgoing) = 0;
    /** New credentials are there to be asked for. */
    virtual void credentialsChanged() {}
    /** What is under way is given up; nothing is called back after. At most `longest`. */
    virtual void close(std::chrono::milliseconds longest) = 0;
};

} // namespace ooto::publish
