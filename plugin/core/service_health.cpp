// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/service_health.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds firstPause = 500ms;
constexpr std::chrono::milliseconds longestPause = 8s;
constexpr std::chrono::milliseconds pauseForPeople = 30s;
constexpr std::chrono::seconds longestRetryAfter = 1h;
constexpr unsigned failuresUntilDown = 3;

bool saysServiceIsWell(Outcome outcome)
{
    return outcome == Outcome::Answered || outcome == Outcome::Refused ||
           outcome == Outcome::TooLarge;
}

bool needsPeople(Outcome outcome)
{
    return outcome == Outcome::Unauthorized || outcome == Outcome::WrongEndpoint ||
           outcome == Outcome::Redirected || outcome == Outcome::BadCertificate;
}

} // namespace

std::string_view conditionName(ServiceCondition condition)
{
    switch (condition) {
    case ServiceCondition::Ok:
        return "ok";
    case ServiceCondition::Degraded:
        return "degraded";
    case ServiceCondition::Down:
        return "down";
    case ServiceCondition::Unauthorized:
        return "unauthorized";
    }
    return "unknown";
}

ServiceHealth::ServiceHealth(std::uint32_t jitterSeed) : random_(jitterSeed) {}

std::optional<ServiceHealth::Admission> ServiceHealth::admit(Clock::time_point now)
{
    if (state_.condition == ServiceCondition::Ok)
        return Admission{0, keyTurn_};
    if (probe_ != 0 || now < nextProbe_)
        return std::nullopt;
    probe_ = ++probesSent_;
    return Admission{probe_, keyTurn_};
}

std::chrono::milliseconds ServiceHealth::untilProbe(Clock::time_point now) const
{
    if (state_.condition == ServiceCondition::Ok || now >= nextProbe_)
        return 0ms;
    return std::chrono::ceil<std::chrono::milliseconds>(nextProbe_ - now);
}

void ServiceHealth::withdraw(const Admission &admission)
{
    if (admission.probe != 0 && admission.probe == probe_)
        probe_ = 0;
}

void ServiceHealth::credentialsChanged()
{
    ++keyTurn_;
    if (state_.condition != ServiceCondition::Unauthorized)
        return;
    // A probe with the old key may still be out; its reply says nothing about the new one.
    probe_ = 0;
    nextProbe_ = {};
}

bool ServiceHealth::record(const Admission &admission, const Reply &reply, Clock::time_point now,
                           std::chrono::system_clock::time_point wallNow)
{
    const bool late = isLate(admission);
    withdraw(admission);
    if (reply.outcome == Outcome::Cancelled)
        return false;
    if (reply.outcome == Outcome::Unauthorized && admission.keyTurn != keyTurn_)
        return false;

    if (saysServiceIsWell(reply.outcome)) {
        if (late)
            return false;
        failuresInARow_ = 0;
        nextProbe_ = {};
        return change(ServiceCondition::Ok, reply, wallNow);
    }

    if (!late) {
        ++failuresInARow_;
        nextProbe_ = now + pauseAfter(reply);
    } else if (needsPeople(reply.outcome) || reply.retryAfter) {
        nextProbe_ = std::max(nextProbe_, now + pauseAfter(reply));
    }

    if (reply.outcome == Outcome::Unauthorized)
        return change(ServiceCondition::Unauthorized, reply, wallNow);
    if (needsPeople(reply.outcome))
        return change(ServiceCondition::Down, reply, wallNow);
    if (late)
        return false;
    // Another kind of failure does not make a service that was down any better.
    const bool stillWell =
        state_.condition == ServiceCondition::Ok || state_.condition == ServiceCondition::Degraded;
    if (stillWell && failuresInARow_ < failuresUntilDown)
        return change(ServiceCondition::Degraded, reply, wallNow);
    return change(ServiceCondition::Down, reply, wallNow);
}

bool ServiceHealth::isLate(const Admission &admission) const
{
    return state_.condition != ServiceCondition::Ok &&
           (admission.probe == 0 || admission.probe != probe_);
}

bool ServiceHealth::change(ServiceCondition next, const Reply &reply,
                           std::chrono::system_clock::time_point wallNow)
{
    const bool sameCondition = next == state_.condition;
    if (sameCondition && !(needsPeople(reply.outcome) && reply.outcome != cause_))
        return false;
    cause_ = reply.outcome;
    state_.reason = next == ServiceCondition::Ok ? std::string() : reply.text;
    if (!sameCondition)
        state_.since = wallNow;
    state_.condition = next;
    return true;
}

std::chrono::milliseconds ServiceHealth::pauseAfter(const Reply &reply)
{
    if (needsPeople(reply.outcome))
        return pauseForPeople;
    const unsigned doublings = std::min(failuresInARow_ - 1, 10U);
    const auto whole = std::min(longestPause, firstPause * (1U << doublings));
    const auto pause = whole / 2 + whole * static_cast<int>(random_() % 1000) / 2000;
    if (!reply.retryAfter)
        return pause;
    // "Retry-After: 0" must not turn into a request per round trip.
    return std::max<std::chrono::milliseconds>(pause,
                                               std::min(*reply.retryAfter, longestRetryAfter));
}

} // namespace ooto::core
