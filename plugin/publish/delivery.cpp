// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/delivery.h"

#include "system/plain_text.h"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace ooto::publish
{

namespace
{

/** Records held ready; each may have a photo of some 100 kB. */
constexpr std::size_t mostPending = 64;
/** Removed from the spool in one transaction. */
constexpr std::size_t mostSettled = 64;
/** How much of the last round trip goes into the mean. */
constexpr double weightOfLast = 0.2;

core::Attempt attemptOf(const Verdict &verdict)
{
    switch (verdict.kind) {
    case Verdict::Kind::Delivered:
        return core::Attempt::Delivered;
    case Verdict::Kind::Again:
        return verdict.connectionFailed ? core::Attempt::Unreached : core::Attempt::Failed;
    case Verdict::Kind::NoRoom: // which is not the record's fault, either
        return core::Attempt::Unreached;
    case Verdict::Kind::Unauthorized:
        return core::Attempt::Unauthorized;
    case Verdict::Kind::NotThere:
        return core::Attempt::NotThere;
    case Verdict::Kind::Gone:
        return core::Attempt::Gone;
    case Verdict::Kind::Rejected:
        return core::Attempt::Rejected;
    }
    return core::Attempt::Failed;
}

TargetState stateAfter(const Verdict &verdict)
{
    using Kind = TargetState::Kind;
    if (verdict.kind == Verdict::Kind::NoRoom)
        return {Kind::Degraded, verdict.text};
    switch (attemptOf(verdict)) {
    case core::Attempt::Delivered:
    case core::Attempt::Rejected:
        return {};
    case core::Attempt::Failed:
        return {Kind::Degraded, verdict.text};
    case core::Attempt::Unauthorized:
        return {Kind::Unauthorized, verdict.text};
    case core::Attempt::Unreached:
    case core::Attempt::NotThere:
    case core::Attempt::Gone:
        return {Kind::Down, verdict.text};
    }
    return {};
}

/** True for as long as it lives, whatever is thrown meanwhile. */
class WhileTrue
{
public:
    explicit WhileTrue(bool &flag) : flag_(flag) { flag_ = true; }
    WhileTrue(const WhileTrue &) = delete;
    WhileTrue &operator=(const WhileTrue &) = delete;
    ~WhileTrue() { flag_ = false; }

private:
    bool &flag_;
};

} // namespace

Delivery::Delivery(const spool::SpoolSettings &settings, const MakeTarget &makeTarget, Hooks hooks)
    : hooks_(std::move(hooks)),
      spool_(settings),
      target_(makeTarget(spool_)),
      schedule_(std::random_device{}()),
      maxAge_(settings.maxAge)
{
}

Delivery::~Delivery() = default;

core::DeliverySchedule::Time Delivery::now()
{
    return std::chrono::duration_cast<core::DeliverySchedule::Time>(
        std::chrono::steady_clock::now().time_since_epoch());
}

void Delivery::open()
{
    target_->open(
        {.onDone = [this](std::int64_t id, const Verdict &verdict) { onDone(id, verdict); },
         .onState =
             [this](const TargetState &state) {
                 connection_ = state;
                 hooks_.changed();
             },
         .onReady = [this] { hurry(); }});
    adoptOrphans();
}

void Delivery::append(std::vector<spool::Record> records)
{
    if (records.empty())
        return;
    const std::uint64_t dropped = spool_.losses().dropped;
    spool_.append(records);
    if (spool_.losses().dropped != dropped)
        letDroppedGo();
    lastId_ = std::max(lastId_, records.back().id);
    pump();
}

/** What the spool gave up was counted as lost: it is not sent from here any more. */
void Delivery::letDroppedGo()
{
    const auto first = spool_.next(0, 1, spool::Moment::now());
    if (first.empty() && spool_.records() > 0)
        return; // a disk does not let them be read
    std::erase_if(pending_, [&](const Pending &pending) {
        return !pending.underWay && (first.empty() || pending.record.id < first.front().id);
    });
}

void Delivery::adoptOrphans()
{
    if (spool_.adoptOrphans() > 0)
        pump();
}

void Delivery::hurry()
{
    schedule_.hurry();
    pump();
}

void Delivery::pump()
{
    // A target may answer at once, and what it answers pumps.
    if (pumping_ || closed_)
        return;
    {
        const WhileTrue pumping(pumping_);
        flushSettled();
        const spool::Moment moment = spool::Moment::now();
        refill(moment);
        dropUnfit(moment);
        tellExpired();
        if (!pending_.empty() && target_->canSend()) {
            if (schedule_.inTrouble())
                sendInTrouble(moment);
            else
                sendFreely(moment);
        }
    }
    hooks_.changed();
}

void Delivery::refill(const spool::Moment &moment)
{
    if (pending_.size() >= mostPending / 2)
        return;
    for (spool::Record &record : spool_.next(loadedUpTo_, mostPending - pending_.size(), moment)) {
        pending_.push_back({.record = std::move(record)});
        loadedUpTo_ = pending_.back().record.id;
    }
}

/** What waited too long while it was held ready here. */
void Delivery::dropUnfit(const spool::Moment &moment)
{
    std::erase_if(pending_, [&](const Pending &pending) {
        const bool tooOld = !pending.underWay && moment.since(pending.record.received) > maxAge_;
        if (tooOld) {
            ++counts_.expired;
            settled_.push_back(pending.record.id);
        }
        return tooOld;
    });
    flushSettled();
}

void Delivery::tellExpired()
{
    const std::uint64_t expired = counts_.expired + spool_.losses().expired;
    const std::uint64_t news = expired - std::exchange(toldExpired_, expired);
    if (news > 0)
        hooks_.tell("events that waited longer than max-age, and are not sent: " +
                    std::to_string(news));
}

void Delivery::sendFreely(const spool::Moment &moment)
{
    const Window window = target_->window();
    struct Camera {
        std::string name;
        unsigned underWay = 0;
    };
    std::vector<Camera> cameras;
    const auto cameraOf = [&](const std::string &name) -> Camera & {
        const auto known = std::find_if(cameras.begin(), cameras.end(),
                                        [&](const Camera &camera) { return camera.name == name; });
        return known != cameras.end() ? *known : cameras.emplace_back(Camera{name});
    };
    std::vector<std::int64_t> unfit;
    for (Pending &pending : pending_) {
        Camera &camera = cameraOf(pending.record.camera);
        if (pending.underWay) {
            ++camera.underWay;
            continue;
        }
        if (inFlight_ >= window.all || !target_->canSend())
            break;
        if (camera.underWay >= window.perCamera)
            continue;
        const Sending sending = send(pending, moment);
        if (sending == Sending::Failed)
            break;
        if (sending == Sending::UnderWay)
            ++camera.underWay;
        else
            unfit.push_back(pending.record.id);
    }
    for (const std::int64_t id : unfit)
        settle(id);
}

void Delivery::sendInTrouble(const spool::Moment &moment)
{
    if (inFlight_ > 0)
        return;
    const auto wait = schedule_.nextAttempt() - now();
    if (wait > std::chrono::milliseconds{0}) {
        hooks_.wakeIn(wait);
        return;
    }
    const std::size_t which = schedule_.triesNext() && pending_.size() > 1 ? 1 : 0;
    if (send(pending_[which], moment) == Sending::Unfit) {
        settle(pending_[which].record.id);
        hooks_.wakeIn(std::chrono::milliseconds{0});
    }
}

Delivery::Sending Delivery::send(Pending &pending, const spool::Moment &moment)
{
    try {
        return trySending(pending, moment);
    } catch (const std::exception &error) {
        // As if the target had said so: it is tried again, and once the next one passes, not.
        noteFailure(pending, system::plainText(error.what()));
        return Sending::Failed;
    }
}

Delivery::Sending Delivery::trySending(Pending &pending, const spool::Moment &moment)
{
    std::string why;
    std::optional<Outgoing> outgoing = hooks_.format(pending.record, moment, why);
    if (!outgoing) {
        ++counts_.rejected;
        hooks_.tell("an event cannot be sent: " + why);
        return Sending::Unfit;
    }
    outgoing->id = pending.record.id;
    outgoing->timeLeft =
        std::max(maxAge_ - moment.since(pending.record.received), std::chrono::milliseconds{1000});
    ++counts_.sent;
    counts_.retries += pending.wasTried;
    pending.underWay = true;
    pending.wasTried = true;
    pending.wentFreely = !schedule_.inTrouble();
    pending.sent = std::chrono::steady_clock::now();
    ++inFlight_;
    target_->send(std::move(*outgoing));
    return Sending::UnderWay;
}

void Delivery::noteFailure(Pending &pending, const std::string &text)
{
    inFlight_ -= std::exchange(pending.underWay, false);
    const bool isOldest = pending.record.id == pending_.front().record.id;
    schedule_.note(pending.record.id, isOldest, core::Attempt::Failed, {}, now());
    attempts_ = {TargetState::Kind::Degraded, "an event could not be sent; see the log"};
    hooks_.tell("an event could not be sent: " + text);
    hooks_.wakeIn(std::max(schedule_.nextAttempt() - now(), std::chrono::milliseconds{0}));
}

void Delivery::onDone(std::int64_t id, const Verdict &verdict)
{
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending &pending) {
        return pending.record.id == id;
    });
    if (found == pending_.end()) {
        // Forgotten while it was on its way.
        inFlight_ -= inFlight_ > 0;
        pump();
        return;
    }
    if (!found->underWay)
        return; // answered before
    found->underWay = false;
    --inFlight_;
    std::optional<core::DeliverySchedule::Time> wish;
    if (verdict.retryAfter)
        wish = *verdict.retryAfter;
    const core::Attempt attempt = attemptOf(verdict);
    const bool isLate = found->wentFreely && schedule_.inTrouble();
    const core::AfterAttempt after =
        isLate ? schedule_.noteLate(attempt, wish, now())
               : schedule_.note(id, found == pending_.begin(), attempt, wish, now());
    if (!isLate)
        attempts_ = stateAfter(verdict);
    if (after.fate == core::AfterAttempt::Fate::Deliver) {
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - found->sent;
        roundTripMs_ = roundTripMs_ < 0
                           ? took.count()
                           : roundTripMs_ + weightOfLast * (took.count() - roundTripMs_);
        ++counts_.acknowledged;
    }
    if (after.fate == core::AfterAttempt::Fate::Reject) {
        ++counts_.rejected;
        hooks_.tell("an event was rejected: " + verdict.text);
    }
    if (after.fate != core::AfterAttempt::Fate::Keep)
        settle(id);
    if (after.rejectToo) {
        ++counts_.rejected;
        hooks_.tell("an event was given up, since the one after it was taken");
        settle(*after.rejectToo);
    }
    if (verdict.kind == Verdict::Kind::Unauthorized)
        hooks_.unauthorized();
    pump();
}

void Delivery::settle(std::int64_t id)
{
    std::erase_if(pending_, [id](const Pending &pending) { return pending.record.id == id; });
    settled_.push_back(id);
    if (settled_.size() >= mostSettled)
        flushSettled();
}

void Delivery::flushSettled()
{
    if (settled_.empty())
        return;
    spool_.remove(settled_);
    settled_.clear();
}

void Delivery::forget(const spool::Person &person)
{
    for (const std::int64_t id : spool_.forget(person))
        std::erase_if(pending_, [&](const Pending &pending) { return pending.record.id == id; });
    std::erase_if(pending_, [&](const Pending &pending) {
        return person.isOf(pending.record.templateId, pending.record.visitId);
    });
    pump();
}

void Delivery::close(std::chrono::milliseconds longest)
{
    flushSettled();
    closed_ = true;
    target_->close(longest);
}

std::optional<TargetState> Delivery::state() const
{
    std::optional<TargetState> worst = attempts_;
    const auto take = [&](const TargetState &state) {
        const auto rank = [](TargetState::Kind kind) {
            switch (kind) {
            case TargetState::Kind::Ok:
                return 0;
            case TargetState::Kind::Degraded:
                return 1;
            case TargetState::Kind::Down:
                return 2;
            case TargetState::Kind::Unauthorized:
                return 3;
            case TargetState::Kind::Full: // events are being lost
                return 4;
            }
            return 2;
        };
        if (!worst || rank(state.kind) > rank(worst->kind))
            worst = state;
    };
    // A connection that is lost says more than the last attempt of before.
    if (connection_)
        take(*connection_);
    if (!spool_.trouble().empty())
        take({TargetState::Kind::Degraded, spool_.trouble()});
    if (spool_.isOverflowing())
        take({TargetState::Kind::Full,
              "the spool is full, and the oldest events are dropped" +
                  (worst && !worst->reason.empty() ? ": " + worst->reason : std::string())});
    return worst;
}

bool Delivery::isAway() const
{
    const auto saysSo = [](const std::optional<TargetState> &state) {
        return state && (state->kind == TargetState::Kind::Down ||
                         state->kind == TargetState::Kind::Unauthorized);
    };
    return saysSo(connection_) || saysSo(attempts_);
}

bool Delivery::isSettled(std::int64_t id) const
{
    return pending_.empty() ? loadedUpTo_ >= id || spool_.records() <= settled_.size()
                            : pending_.front().record.id > id;
}

std::optional<double> Delivery::roundTripMs() const
{
    return roundTripMs_ < 0 ? std::nullopt : std::optional(roundTripMs_);
}

} // namespace ooto::publish
