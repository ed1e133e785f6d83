// SPDX-License-Identifier: LGPL-2.1-or-later
// One element's stream on its way to the publisher that it shares.
#pragma once

#include "core/base/guarded.h"
#include "element/handles.h"
#include "metadata/faces_reader.h"
#include "publish/settings.h"
#include "publish/waiter.h"
#include "spool/record.h"

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ooto::publish
{

class Publisher;
struct StateReport;

inline void releaseEvent(GstEvent *event)
{
    gst_event_unref(event);
}
using EventHandle = system::Handle<GstEvent, releaseEvent>;

/** Monotonic time, us, by which stalls are told; tests put it forward. */
inline std::atomic<std::int64_t (*)()> feedClock{g_get_monotonic_time};

/** An event as it came, read later by the publisher's thread. */
struct EventCame {
    EventHandle event;
    spool::Moment received;
};
/** Who is in view is others now. */
struct FacesChanged {
    std::string camera; ///< empty where the buffer does not say
    std::vector<metadata::ReadFace> faces;
};
/** The stream began, or paused for good: every face is over. */
struct StreamBegan {
};
struct StreamFlushed {
};
struct StreamEnded {
};
struct StreamLeft {
};
using Occurrence =
    std::variant<EventCame, FacesChanged, StreamBegan, StreamFlushed, StreamEnded, StreamLeft>;

/** What an element hears, to be called from the publisher's thread. */
struct FeedHandlers {
    std::function<void(const StateReport &)> onState;
    /** The stream cannot be published as it is: a text for an element error. */
    std::function<void(const std::string &text)> onMistake;
    std::function<void(const std::string &text)> onWarning;
};

class Feed : public std::enable_shared_from_this<Feed>
{
public:
    Feed(std::shared_ptr<Publisher> publisher, const Settings &settings, FeedHandlers handlers);
    ~Feed();

    // *streaming*: never waits, but endOfStream().
    void event(GstEvent *event);
    void buffer(GstBuffer *buffer);
    void flush();
    /**
     * Returns when what came is acknowledged, or after the timeout, or when nobody is there to
     * acknowledge it and it is safe in the spool, or when interrupted.
     */
    void endOfStream();

    // *application*
    void configure(const Settings &settings);
    void setPlaying(bool playing);
    /** Whether the streaming thread has to return at once from where it waits. */
    void interrupt(bool interrupted) { waiter_->interrupt(interrupted); }
    /** Ends what is open. Returns within 150 ms; the rest goes on by itself. */
    void leave();

    Publisher &publisher() const { return *publisher_; }
    std::shared_ptr<const Settings> settings() { return *settings_.lock(); }
    /** Any thread. Nothing once the element left. */
    FeedHandlers handlers() { return *handlers_.lock(); }

    /** Any thread: the next buffer tells who is in view, whatever the last one told. */
    void tellViewAgain() { tellsViewAgain_ = true; }

    // Any thread: how buffers come.
    bool isPlaying() const { return playing_; }
    bool hasBegun() const { return lastBufferUs_ != 0; }
    std::chrono::microseconds sinceLastBuffer() const;
    /** The longest distance between two buffers, of the last ones. */
    std::chrono::microseconds longestDistance() const
    {
        return std::chrono::microseconds(longestUs_.load());
    }

private:
    void noteDistance(std::int64_t nowUs);

    const std::shared_ptr<Publisher> publisher_;
    core::Guarded<std::shared_ptr<const Settings>> settings_;
    core::Guarded<FeedHandlers> handlers_;
    const std::shared_ptr<Waiter> waiter_ = std::make_shared<Waiter>();
    std::atomic<bool> tellsViewAgain_{false};
    std::atomic<bool> playing_{false};
    /** When the last buffer came, or playing went on; 0: none came yet. */
    std::atomic<std::int64_t> lastBufferUs_{0};
    std::atomic<std::int64_t> longestUs_{0};

    // *streaming*
    std::uint64_t digest_ = 0;
    GstClockTime lastPts_ = GST_CLOCK_TIME_NONE;
};

} // namespace ooto::publish
