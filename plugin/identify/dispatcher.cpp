// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/dispatcher.h"

#include "identify/debug.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ooto::identify
{

namespace
{

using namespace std::chrono_literals;

/** A state that machines share knows after 10 s whom it is shared by. */
constexpr std::chrono::seconds untilAllAreKnown{15};

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
    case core::HeldBack::Asking:
        return core::Reason::Waiting;
    case core::HeldBack::Shared:
        return core::Reason::Budget;
    case core::HeldBack::Service:
        return core::Reason::Service;
    case core::HeldBack::Unauthorized:
        return core::Reason::Unauthorized;
    }
    return core::Reason::Busy;
}

/** What passes by itself, also where no frame comes that would have it tried again. */
bool passesSoon(core::HeldBack why)
{
    return why == core::HeldBack::BudgetBusy || why == core::HeldBack::Asking ||
           why == core::HeldBack::Shared;
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

Dispatcher::Dispatcher(GstElement *element, Meeting &meeting, Outbox &outbox, Spawn spawn)
    : element_(element),
      meeting_(meeting),
      outbox_(outbox),
      spawn_(std::move(spawn)),
      visits_(meeting, outbox)
{
}

std::string Dispatcher::connect(const service::ConnectionSettings &connection,
                                const Settings &settings, const system::Secret &appKey)
{
    std::string error;
    caller_ = service::Caller::open(
        connection, settings.limits(), appKey,
        [this](const core::ServiceState &state) { onServiceState(state); }, error);
    if (!caller_)
        return error;
    caller_->setWarningHandler([this](const std::string &text) {
        GST_ELEMENT_WARNING(element_, RESOURCE, FAILED, ("%s", text.c_str()), (nullptr));
    });
    connected_ = true;
    return {};
}

void Dispatcher::disconnect()
{
    // Handlers use it while its destructor waits for them: reset() would take it away before.
    std::default_delete<service::Caller>()(caller_.get());
    static_cast<void>(caller_.release());
}

std::optional<core::NotNow> Dispatcher::dispatch()
{
    std::vector<core::TrackId> due;
    std::shared_ptr<const Settings> settings;
    {
        auto shared = meeting_.shared.lock();
        shared->sending.queued = false;
        if (shared->stopping)
            return std::nullopt;
        due = shared->book.due(shared->latest.runningTime);
        if (due.empty())
            return std::nullopt;
        settings = shared->settings;
        ++shared->sending.dispatching;
    }
    std::optional<core::NotNow> hindrance;
    const auto end = [&] {
        auto shared = meeting_.shared.lock();
        --shared->sending.dispatching;
        if (hindrance)
            shared->sending.heldBackUntil =
                std::chrono::steady_clock::now() +
                pauseFor(hindrance->why, hindrance->tryAgainIn, shared->sending.service.condition);
        meeting_.changed.notify_all();
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

std::optional<core::NotNow> Dispatcher::sendDue(const Settings &settings,
                                                const std::vector<core::TrackId> &due)
{
    const auto putOffFrom = [&](std::size_t first, core::Reason reason) {
        auto shared = meeting_.shared.lock();
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
            auto shared = meeting_.shared.lock();
            if (!shared->book.isDue(due[i], shared->latest.runningTime))
                continue;
        }
        auto permit = caller_->reserve();
        if (!permit) {
            putOffFrom(i, reasonOf(permit.error().why));
            if (passesSoon(permit.error().why) && !settings.backpressure)
                dispatchIn(permit.error().tryAgainIn);
            return permit.error();
        }
        std::optional<core::Shot> shot;
        {
            auto shared = meeting_.shared.lock();
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
            send(settings, std::move(*permit), due[i], *shot);
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

void Dispatcher::send(const Settings &settings, service::Permit permit, core::TrackId id,
                      const core::Shot &shot)
{
    service::Request request;
    request.photo = shot.bytes;
    request.png = shot.png;
    request.checkLiveness = shot.askedLiveness;
    request.checkDeepfake = shot.askedDeepfake;
    request.timeout = std::chrono::seconds(settings.timeoutS);
    caller_->send(
        std::move(permit), std::move(request),
        [this, id](const core::Reply &reply) { onReply(id, reply); },
        [this] { meeting_.shared.lock()->statistics.countRestart(); });
}

void Dispatcher::keepVisits()
{
    if (!caller_ || !caller_->sharesVisits())
        return;
    for (const SharedVisits::Visit &visit : visits_.dueToGoOn())
        caller_->claimVisit(
            visit.templateId, visit.visitId, visit.timeout,
            [this, visit](const service::SharedVisit &name) { visits_.note(visit, name); });
}

/** Before dispatch() ends: after the last frame nothing else would try again. */
void Dispatcher::dispatchIn(std::chrono::milliseconds delay)
{
    if (std::exchange(meeting_.shared.lock()->sending.later, true))
        return;
    caller_->wakeIn(delay, [this] {
        meeting_.shared.lock()->sending.later = false;
        queue();
    });
}

void Dispatcher::queue()
{
    {
        auto shared = meeting_.shared.lock();
        if (shared->stopping || shared->sending.queued)
            return;
        shared->sending.queued = true;
    }
    spawn_([this] { dispatch(); });
}

void Dispatcher::onReply(core::TrackId id, const core::Reply &reply)
{
    const auto visit = visits_.visitOf(id, reply);
    if (!visit || !caller_->sharesVisits()) {
        settle({.track = id, .reply = reply});
        return;
    }
    // What others call the visit is known before anybody hears of the answer.
    caller_->claimVisit(
        visit->templateId, visit->visitId, visit->timeout,
        [this, id, reply, asked = *visit](const service::SharedVisit &name) {
            settle({.track = id, .reply = reply, .visit = visits_.nameFor(asked, name)});
        });
}

void Dispatcher::settle(HeldReply held)
{
    bool sendMore = false;
    {
        auto shared = meeting_.shared.lock();
        shared->statistics.countReply(held.reply);
        noteFirstAnswer(*shared, held.reply);
        if (shared->settings->backpressure) {
            shared->sending.heldReplies.push_back(std::move(held));
        } else {
            settleHeldReplies(*shared);
            settleReply(*shared, held);
            sendMore = true;
        }
        meeting_.changed.notify_all();
    }
    outbox_.post();
    if (sendMore)
        dispatch();
}

/** That all is well is news once: until then nobody knows whether it works. */
void Dispatcher::noteFirstAnswer(Shared &shared, const core::Reply &reply)
{
    const bool isAnswer =
        reply.outcome == core::Outcome::Answered || reply.outcome == core::Outcome::Refused;
    if (!isAnswer || shared.sending.serviceTold ||
        shared.sending.service.condition != core::ServiceCondition::Ok)
        return;
    shared.sending.serviceTold = true;
    shared.sending.serviceNews = true;
    shared.sending.service.since = std::chrono::system_clock::now();
    shared.untold.reports.emplace_back(shared.sending.service);
}

void Dispatcher::settleReply(Shared &shared, const HeldReply &held)
{
    core::FaceBook::Events events =
        shared.book.noteReply(held.track, held.reply, shared.latest, held.visit);
    for (core::FaceEvent &event : events) {
        shared.statistics.countVerdict(event.face.status);
        if (event.type == core::FaceEventType::Answered && event.face.asked)
            event.photoAge = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - event.face.asked->arrived);
    }
    shared.tell(std::move(events));
}

void Dispatcher::settleHeldReplies(Shared &shared)
{
    // In the order of the faces, not of the network: a run is to be repeatable.
    std::sort(shared.sending.heldReplies.begin(), shared.sending.heldReplies.end(),
              [](const auto &a, const auto &b) { return a.track < b.track; });
    const std::vector<HeldReply> held = std::exchange(shared.sending.heldReplies, {});
    for (const HeldReply &one : held)
        settleReply(shared, one);
}

void Dispatcher::awaitAnswers()
{
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        {
            auto shared = meeting_.shared.lock();
            meeting_.changed.wait(shared.waitable(), [&] {
                return shared->interrupted || shared->stopping ||
                       (shared->idleAnalysis && shared->statistics.inFlight == 0);
            });
            if (shared->interrupted || shared->stopping)
                return;
            settleHeldReplies(*shared);
        }
        outbox_.post();

        const auto hindrance = dispatch();
        auto shared = meeting_.shared.lock();
        if (!hindrance || !passesSoon(hindrance->why))
            shared->sending.budgetGivenUp = false;
        const bool mayHaveAnswers =
            shared->statistics.inFlight > 0 || (!hindrance && !shared->sending.heldReplies.empty());
        if (mayHaveAnswers)
            continue;
        if (!hindrance || !waitsFor(*shared, *hindrance, begin))
            return;
        meeting_.changed.wait_for(shared.waitable(), std::clamp<std::chrono::milliseconds>(
                                                         hindrance->tryAgainIn, 1ms, 500ms));
    }
}

/** Whether it makes sense that the streaming thread waits until this is out of the way. */
bool Dispatcher::waitsFor(Shared &shared, const core::NotNow &hindrance,
                          std::chrono::steady_clock::time_point begin)
{
    switch (hindrance.why) {
    case core::HeldBack::Budget:
    case core::HeldBack::Unauthorized:
        return false;
    case core::HeldBack::InFlight:
    case core::HeldBack::Rate:
    case core::HeldBack::Asking:
        return true;
    case core::HeldBack::Service:
    case core::HeldBack::BudgetBusy:
    case core::HeldBack::Shared:
        break;
    }
    std::chrono::seconds longest(shared.settings->timeoutS);
    if (hindrance.why == core::HeldBack::Shared)
        longest = std::max(longest, untilAllAreKnown);
    bool &givenUp = hindrance.why == core::HeldBack::Service ? shared.sending.serviceGivenUp
                                                             : shared.sending.budgetGivenUp;
    givenUp = givenUp || std::chrono::steady_clock::now() - begin > longest;
    return !givenUp;
}

void Dispatcher::onServiceState(const core::ServiceState &state)
{
    bool well = false;
    {
        auto shared = meeting_.shared.lock();
        const bool news = state.condition != shared->sending.service.condition;
        shared->sending.service = state;
        if (!news)
            return; // another reason, for who reads buffers
        shared->untold.reports.emplace_back(state);
        shared->sending.serviceTold = true;
        shared->sending.serviceNews = true;
        well = state.condition == core::ServiceCondition::Ok;
        if (state.condition == core::ServiceCondition::Unauthorized)
            shared->sending.credentialsRefused = true;
        if (well) {
            shared->sending.serviceGivenUp = false;
            shared->sending.heldBackUntil = {};
            shared->book.serviceIsBack();
        }
    }
    outbox_.post();
    if (well)
        queue();
}

} // namespace ooto::identify
