// SPDX-License-Identifier: LGPL-2.1-or-later
// From photos that are due to requests, and from replies back to the faces.
#pragma once

#include "identify/outbox.h"
#include "identify/shared.h"
#include "identify/shared_visits.h"
#include "service/caller.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::identify
{

/** Thread-safe but where it says otherwise. */
class Dispatcher
{
public:
    /** Runs a job on a thread of the analysis, for as long as the dispatcher lives. */
    using Spawn = std::function<void(std::function<void()> job)>;

    /** @param element borrowed, for warnings */
    Dispatcher(GstElement *element, Meeting &meeting, Outbox &outbox, Spawn spawn);

    /**
     * *application*, before other threads know of this: gets the service's client.
     * @return what is wrong, for people; else empty
     */
    std::string connect(const service::ConnectionSettings &connection, const Settings &settings,
                        const system::Secret &appKey);
    /** Whether connect() got a client: without one nothing is ever sent. */
    bool isConnected() const { return connected_; }
    /** *application*: cancels requests. No handler runs after. */
    void disconnect();

    /** *analysis* only, and *application* at the start: null without credentials. */
    service::Caller *caller() { return caller_.get(); }

    /**
     * *analysis*, *network*; with backpressure *streaming*, too. Sends what is due.
     * @return what is in the way of the rest
     */
    std::optional<core::NotNow> dispatch();
    /** *analysis*: visits of those in view go on, for other machines, too. */
    void keepVisits();
    /** Any thread; never waits: has a dispatch done elsewhere. */
    void queue();
    /**
     * *streaming*, with backpressure: waits for the analysis, then sends what is due and waits for
     * the answers, until there is nothing left to send, or nothing can be sent.
     */
    void awaitAnswers();

    /** Under the lock: replies that wait for the streaming thread are told to the book. */
    static void settleHeldReplies(Shared &shared);

private:
    std::optional<core::NotNow> sendDue(const Settings &settings,
                                        const std::vector<core::TrackId> &due);
    void send(const Settings &settings, service::Permit permit, core::TrackId id,
              const core::Shot &shot);
    void dispatchIn(std::chrono::milliseconds delay);
    bool waitsFor(Shared &shared, const core::NotNow &hindrance,
                  std::chrono::steady_clock::time_point begin);
    void onReply(core::TrackId id, const core::Reply &reply);
    void settle(HeldReply held);
    void onServiceState(const core::ServiceState &state);
    static void noteFirstAnswer(Shared &shared, const core::Reply &reply);
    static void settleReply(Shared &shared, const HeldReply &held);

    GstElement *const element_;
    Meeting &meeting_;
    Outbox &outbox_;
    const Spawn spawn_;
    SharedVisits visits_;
    bool connected_ = false;
    std::unique_ptr<service::Caller> caller_;
};

} // namespace ooto::identify
