// SPDX-License-Identifier: LGPL-2.1-or-later
// What the threads of one element share.
#pragma once

#include "core/asking/face_book.h"
#include "core/base/guarded.h"
#include "core/sampling/orientation_watch.h"
#include "core/sampling/small_faces.h"
#include "identify/job.h"
#include "identify/photo_wishes.h"
#include "identify/sample_choice.h"
#include "identify/settings.h"
#include "identify/statistics.h"
#include "metadata/event_ids.h"
#include "metadata/labels_file.h"
#include "metadata/reports.h"
#include "metadata/requests.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ooto::identify
{

class Analysis;

/** Something for people to know that is no trouble of the service. */
struct Notice {
    std::string text;
};
using Report = std::variant<core::FaceEvent, core::ServiceState, Notice>;

/** Where an event is told. */
enum class Told { OnBusAndDownstream, OnBusOnly };

/** What is to be told and is not yet. See Outbox, which tells it. */
struct Untold {
    std::deque<Report> reports;                   ///< on the bus, in this order
    core::FaceBook::Events downstream;            ///< for the streaming thread to push as events
    std::vector<metadata::ForgetRequest> forgets; ///< to be passed on, before these
    metadata::EventSequence sequence; ///< numbers these, for as long as the camera has a name
    bool posting = false;             ///< a thread is at it

    /** Numbers the events, which come in the order in which they happened. */
    void enqueue(core::FaceBook::Events events, Told told);
};

/** What an event downstream tells of the service. */
struct ServiceNews {
    core::ServiceState state;
    metadata::CallCount calls;
};

/** A reply, and what others call the visit that it begins. */
struct HeldReply {
    core::TrackId track{};
    core::Reply reply;
    std::optional<core::VisitName> visit{};
};

/** Photos on their way to the service. See Dispatcher, which sends them. */
struct Sending {
    unsigned dispatching = 0;                              ///< threads in Dispatcher::dispatch()
    bool queued = false;                                   ///< a dispatch is, in the pool
    bool later = false;                                    ///< the network thread will see to one
    std::chrono::steady_clock::time_point heldBackUntil{}; ///< no dispatch before
    std::vector<HeldReply> heldReplies;                    ///< with backpressure
    bool serviceGivenUp = false; ///< waited for once; not again until it is well
    bool budgetGivenUp = false;  ///< likewise, for as long as others hold it
    core::ServiceState service;
    bool serviceTold = false;    ///< that it is well, or is not
    bool serviceNews = false;    ///< of which no event downstream has told yet
    std::uint64_t callsTold = 0; ///< by the last event …
    std::chrono::steady_clock::time_point callsToldAt{}; ///< … and when that was
    bool credentialsReplaced = false;
    bool credentialsRefused = false; ///< by the service: the file may have others by now
};

/** A sample whose analysis has not begun: until it does, a newer one takes its place. */
struct WaitingSample {
    std::unique_ptr<Analysis> analysis; ///< with its picture
    Job job;
};

/** The state of one run of the element, under one lock. Nothing in it calls out. */
struct Shared {
    Shared();
    ~Shared();

    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const metadata::Labels> labels = std::make_shared<const metadata::Labels>();
    core::FaceBook book;
    SampleChoice sampling;
    core::FrameTimes latest;
    core::FrameShape shape;
    core::SmallFaces smallFaces;
    std::string orientation; ///< the stream's tag `image-orientation`; empty: none
    core::OrientationWatch orientationWatch;
    Untold untold;
    Sending sending;
    PhotoWishes photoWishes;
    Statistics statistics;
    std::unique_ptr<Analysis> idleAnalysis; ///< null while one is under way, or waits for its turn
    std::optional<WaitingSample> waiting;
    bool turnComing = false; ///< the pool has a job that takes what waits by then
    bool crowded = false;    ///< the last sample waited long for its turn
    bool analysing = false;  ///< one runs now
    unsigned epoch = 0;      ///< tracks ended meanwhile: results of an older one do not count
    bool stopping = false;
    bool interrupted = false; ///< the streaming thread may not wait now

    /** Counts what happened, and leaves it to be told. */
    void tell(core::FaceBook::Events events, Told told = Told::OnBusAndDownstream);
    /** All tracks ended, with these events. */
    void tellEnds(core::FaceBook::Events ends, Told told = Told::OnBusAndDownstream);
    /** Ends all tracks, and forgets what was seen. */
    void flush(Told told = Told::OnBusAndDownstream);
    /** Nobody of these is told of any more, also by what waits to be told. */
    void forget(const core::Whom &whom);
    void noteTimes(const core::FrameTimes &times);
    /**
     * What is to be told downstream of the service: each change, and at most every ten seconds how
     * many requests the day had. Nothing before anybody knows whether it works.
     */
    std::optional<ServiceNews> takeServiceNews(std::chrono::steady_clock::time_point now);
    /** A time has come by which photos are due, and nothing is in the way. */
    bool mustDispatch() const;
};

/** Where the threads meet: the state, and how they hear of its changes. */
struct Meeting {
    core::Guarded<Shared> shared;
    /** An analysis, a dispatch or a posting ended; an answer came; the element stops. */
    std::condition_variable changed;
};

} // namespace ooto::identify
