// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/service_health.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr unsigned failuresUntilDown = 3;

bool needsPeople(Outcome outcome)
{
    return meaningOf(outcome).about == About::People;
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
    case ServiceCondition::BudgetSpent:
        return "budget-spent";
    }
    return "unknown";
}

ServiceHealth::ServiceHealth(std::uint32_t jitterSeed) : backoff_(jitterSeed) {}

std::optional<ServiceHealth::Probe> ServiceHealth::admit(Clock::time_point now)
{
    if (state_.condition == ServiceCondition::Ok)
        return Probe(0);
    return gate_.admit(now);
}

std::chrono::milliseconds ServiceHealth::untilProbe(Clock::time_point now) const
{
    return state_.condition == ServiceCondition::Ok ? 0ms : gate_.untilProbe(now);
}

void ServiceHealth::withdraw(Probe probe)
{
    gate_.ended(probe);
}

void ServiceHealth::record(Probe probe, const Reply &reply, Clock::time_point now,
                           std::chrono::system_clock::time_point wallNow)
{
    const bool late = isLate(probe);
    withdraw(probe);
    const About about = meaningOf(reply.outcome).about;
    if (about == About::Nothing)
        return;

    if (about == About::Photo || about == About::Key) {
        if (late)
            return;
        failuresInARow_ = 0;
        backoff_.beginAnew();
        change(ServiceCondition::Ok, reply, wallNow);
        return;
    }

    if (!late) {
        ++failuresInARow_;
        gate_.closeUntil(now + pauseAfter(reply));
    } else {
        // The back-off of this failure is that of the one which it is late for.
        gate_.closeAtLeastUntil(now + pauseAskedFor(reply));
    }

    // Another kind of failure does not make a service that was down any better.
    const bool stillWell =
        state_.condition == ServiceCondition::Ok || state_.condition == ServiceCondition::Degraded;
    if (about == About::People)
        change(ServiceCondition::Down, reply, wallNow);
    else if (!late)
        change(stillWell && failuresInARow_ < failuresUntilDown ? ServiceCondition::Degraded
                                                                : ServiceCondition::Down,
               reply, wallNow);
}

bool ServiceHealth::isLate(Probe probe) const
{
    return state_.condition != ServiceCondition::Ok && !gate_.isUnderWay(probe);
}

void ServiceHealth::change(ServiceCondition next, const Reply &reply,
                           std::chrono::system_clock::time_point wallNow)
{
    if (next == state_.condition) {
        // No news, but who looks should read what to do now.
        if (needsPeople(reply.outcome))
            state_.reason = reply.text;
        return;
    }
    state_ = {next, next == ServiceCondition::Ok ? std::string() : reply.text, wallNow};
}

/** What does not depend on how often it failed. */
std::chrono::milliseconds ServiceHealth::pauseAskedFor(const Reply &reply) const
{
    if (needsPeople(reply.outcome))
        return longestPause(rules_);
    return askedPause(reply);
}

std::chrono::milliseconds ServiceHealth::pauseAfter(const Reply &reply)
{
    const auto asked = pauseAskedFor(reply);
    // "Retry-After: 0" must not turn into a request per round trip.
    return needsPeople(reply.outcome) ? asked : std::max(asked, backoff_.pause(rules_));
}

} // namespace ooto::core
