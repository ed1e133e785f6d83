// SPDX-License-Identifier: LGPL-2.1-or-later
// From photos that are due to requests, and from replies back to the faces.
#include "identify/stream.h"

#include "identify/debug.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

namespace
{

using namespace std::chrono_literals;

core::Reason reasonOf(core::HeldBack why)
{
    switch (why) {
    case core::HeldBack::InFlight:
        return core::Reason::Busy;
    case core::HeldBack::Rate:
        return core::Reason::Rate;
    case core::HeldBack::Budget:
        return core::Reason::Budget;
    case core::HeldBack::BudgetBusy:
        return core::Reason::Busy;
    case core::HeldBack::Service:
        return core::Reason::Service;
    case core::HeldBack::Unauthorized:
        return core::Reason::Unauthorized;
    }
    return core::Reason::Busy;
}

/**
 * How long nothing is tried. That the trouble is over may have been told before this thread gets to
 * note that there was some; a pause noted then would hold back those who come next.
 */
std::chrono::milliseconds pauseFor(core::HeldBack why, std::chrono::milliseconds tryAgainIn,
                                   core::ServiceCondition told)
{
    constexpr std::chrono::milliseconds untilItIsTold{50};
    const bool isTrouble = why == core::HeldBack::Service || why == core::HeldBack::Unauthorized;
    return isTrouble && told == core::ServiceCondition::Ok ? std::min(tryAgainIn, untilItIsTold)
                                                           : tryAgainIn;
}

} // namespace

/** *analysis*, *network*; with backpressure *streaming*, too. */
std::optional<IdentifyStream::Hindrance> IdentifyStream::dispatch()
{
    std::vector<core::TrackId> due;
    std::shared_ptr<const Settings> settings;
    {
        auto shared = shared_.lock();
        shared->dispatchQueued = false;
        if (shared->stopping)
            return std::nullopt;
        due = shared->book.due(shared->latest.runningTime);
        if (due.empty())
            return std::nullopt;
        settings = shared->settings;
        ++shared->dispatching;
    }
    std::optional<Hindrance> hindrance;
    const auto end = [&] {
        auto shared = shared_.lock();
        --shared->dispatching;
        if (hindrance)
            shared->heldBackUntil =
                std::chrono::steady_clock::now() +
                pauseFor(hindrance->why, hindrance->tryAgainIn, shared->service.condition);
        changed_.notify_all();
    };
    try {
        hindrance = sendDue(*settings, due);
    } catch (...) {
        // stop() waits for whoever is here.
        end();
        throw;
    }
    end();
    return hindrance;
}

std::optional<IdentifyStream::Hindrance>
IdentifyStream::sendDue(const Settings &settings, const std::vector<core::TrackId> &due)
{
    const auto putOffFrom = [&](std::size_t first, core::Reason reason) {
        auto shared = shared_.lock();
        // What another thread sent meanwhile is not put off.
        for (std::size_t i = first; i < due.size(); ++i) {
            if (shared->book.isDue(due[i], shared->latest.runningTime))
                shared->book.putOff(due[i], reason);
        }
    };
    if (settings.dryRun || !caller_) {
        putOffFrom(0, core::Reason::DryRun);
        return std::nullopt;
    }
    for (std::size_t i = 0; i < due.size(); ++i) {
        // Another thread may be sending the same ones; a place kept for nothing is one of the
        // day's.
        {
            auto shared = shared_.lock();
            if (!shared->book.isDue(due[i], shared->latest.runningTime))
                continue;
        }
        auto reservation = caller_->reserve();
        if (!reservation) {
            putOffFrom(i, reasonOf(reservation.why()));
            if (reservation.why() == core::HeldBack::BudgetBusy && !settings.backpressure)
                dispatchIn(reservation.tryAgainIn());
            return Hindrance{reservation.why(), reservation.tryAgainIn()};
        }
        std::optional<core::Shot> shot;
        {
            auto shared = shared_.lock();
            if (shared->stopping)
                return std::nullopt;
            // The place may have taken a while; a photo that failed meanwhile has to wait now.
            shot = shared->book.takePhoto(due[i], shared->latest.runningTime);
            if (!shot)
                continue;
            ++shared->statistics.requests;
            shared->statistics.retries += shot->again;
            ++shared->statistics.inFlight;
        }
        try {
            send(settings, std::move(*reservation), due[i], *shot);
        } catch (const std::exception &error) {
            // No reply will come, and the photo waits for one.
            core::Reply lost;
            lost.outcome = core::Outcome::Unreachable;
            lost.text = error.what();
            onReply(due[i], lost);
        }
    }
    return std::nullopt;
}

void IdentifyStream::send(const Settings &settings, service::Caller::Slot slot, core::TrackId id,
                          const core::Shot &shot)
{
    service::Request request;
    request.photo = shot.bytes;
    request.png = shot.png;
    request.checkLiveness = shot.askedLiveness;
    request.checkDeepfake = shot.askedDeepfake;
    request.timeout = std::chrono::seconds(settings.timeoutS);
    caller_->send(
        std::move(slot), std::move(request),
        [this, id](const core::Reply &reply) { onReply(id, reply); },
        [this] { shared_.lock()->statistics.countRestart(); });
}

/** Before dispatch() ends: after the last frame nothing else would try again. */
void IdentifyStream::dispatchIn(std::chrono::milliseconds delay)
{
    if (std::exchange(shared_.lock()->dispatchLater, true))
        return;
    caller_->wakeIn(delay, [this] {
        shared_.lock()->dispatchLater = false;
        queueDispatch();
    });
}

/** Any thread; never waits. */
void IdentifyStream::queueDispatch()
{
    {
        auto shared = shared_.lock();
        if (shared->stopping || shared->dispatchQueued)
            return;
        shared->dispatchQueued = true;
    }
    pool_->post([self = shared_from_this()] { self->dispatch(); });
}

void IdentifyStream::onReply(core::TrackId id, const core::Reply &reply)
{
    bool sendMore = false;
    {
        auto shared = shared_.lock();
        shared->statistics.countReply(reply);
        noteFirstAnswer(*shared, reply);
        if (shared->settings->backpressure) {
            shared->heldReplies.emplace_back(id, reply);
        } else {
            takeHeldReplies(*shared);
            takeReply(*shared, id, reply);
            sendMore = true;
        }
        changed_.notify_all();
    }
    postReports();
    if (sendMore)
        dispatch();
}

/** That all is well is news once: until then nobody knows whether it works. */
void IdentifyStream::noteFirstAnswer(Shared &shared, const core::Reply &reply)
{
    const bool isAnswer =
        reply.outcome == core::Outcome::Answered || reply.outcome == core::Outcome::Refused;
    if (!isAnswer || shared.serviceTold || shared.service.condition != core::ServiceCondition::Ok)
        return;
    shared.serviceTold = true;
    shared.service.since = std::chrono::system_clock::now();
    shared.reports.emplace_back(shared.service);
}

void IdentifyStream::takeReply(Shared &shared, core::TrackId id, const core::Reply &reply)
{
    core::FaceBook::Events events = shared.book.noteReply(id, reply, shared.latest);
    for (core::FaceEvent &event : events) {
        shared.statistics.countVerdict(event.face.status);
        if (event.type == core::FaceEventType::Answered && event.face.asked)
            event.photoAge = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - event.face.asked->arrived);
    }
    take(shared, std::move(events));
}

void IdentifyStream::takeHeldReplies(Shared &shared)
{
    // In the order of the faces, not of the network: a run is to be repeatable.
    std::sort(shared.heldReplies.begin(), shared.heldReplies.end(),
              [](const auto &a, const auto &b) { return a.first < b.first; });
    for (const auto &[id, reply] : std::exchange(shared.heldReplies, {}))
        takeReply(shared, id, reply);
}

/**
 * *streaming*, with backpressure: waits for the analysis, then sends what is due and waits for the
 * answers, until there is nothing left to send, or nothing can be sent.
 */
void IdentifyStream::awaitAnswers()
{
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        {
            auto shared = shared_.lock();
            changed_.wait(shared.waitable(), [&] {
                return shared->interrupted || shared->stopping ||
                       (shared->analysis == Analysis::Idle && shared->statistics.inFlight == 0);
            });
            if (shared->interrupted || shared->stopping)
                return;
            takeHeldReplies(*shared);
        }
        postReports();

        const auto hindrance = dispatch();
        auto shared = shared_.lock();
        if (!hindrance || hindrance->why != core::HeldBack::BudgetBusy)
            shared->budgetFileGivenUp = false;
        if (shared->statistics.inFlight > 0)
            continue;
        if (!hindrance && shared->heldReplies.empty())
            return;
        if (!hindrance)
            continue;
        if (hindrance->why == core::HeldBack::Budget ||
            hindrance->why == core::HeldBack::Unauthorized)
            return;
        if (hindrance->why == core::HeldBack::Service ||
            hindrance->why == core::HeldBack::BudgetBusy) {
            const auto longest = std::chrono::seconds(shared->settings->timeoutS);
            bool &givenUp = hindrance->why == core::HeldBack::Service ? shared->serviceGivenUp
                                                                      : shared->budgetFileGivenUp;
            givenUp = givenUp || std::chrono::steady_clock::now() - begin > longest;
            if (givenUp)
                return;
        }
        changed_.wait_for(shared.waitable(),
                          std::clamp<std::chrono::milliseconds>(hindrance->tryAgainIn, 1ms, 500ms));
    }
}

void IdentifyStream::onServiceState(const core::ServiceState &state)
{
    bool well = false;
    {
        auto shared = shared_.lock();
        const bool news = state.condition != shared->service.condition;
        shared->service = state;
        if (!news)
            return; // another reason, for who reads buffers
        shared->reports.emplace_back(state);
        shared->serviceTold = true;
        well = state.condition == core::ServiceCondition::Ok;
        if (state.condition == core::ServiceCondition::Unauthorized)
            shared->credentialsRefused = true;
        if (well) {
            shared->serviceGivenUp = false;
            shared->heldBackUntil = {};
            shared->book.serviceIsBack();
        }
    }
    postReports();
    if (well)
        queueDispatch();
}

} // namespace ooto::identify
