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

bool ServiceHealth::admit(Clock::time_point now)
{
    if (state_.condition == ServiceCondition::Ok)
        return true;
    if (probing_ || now < nextProbe_)
        return false;
    probing_ = true;
    return true;
}

void ServiceHealth::withdraw()
{
    probing_ = false;
}

void ServiceHealth::credentialsChanged()
{
    if (state_.condition == ServiceCondition::Unauthorized)
        nextProbe_ = {};
}

bool ServiceHealth::record(const Reply &reply, Clock::time_point now,
                           std::chrono::system_clock::time_point wallNow)
{
    probing_ = false;
    if (reply.outcome == Outcome::Cancelled)
        return false;

    ServiceCondition next = ServiceCondition::Ok;
    if (saysServiceIsWell(reply.outcome)) {
        failuresInARow_ = 0;
    } else {
        ++failuresInARow_;
        nextProbe_ = now + pauseAfter(reply);
        if (reply.outcome == Outcome::Unauthorized)
            next = ServiceCondition::Unauthorized;
        else if (needsPeople(reply.outcome) || failuresInARow_ >= failuresUntilDown)
            next = ServiceCondition::Down;
        else
            next = ServiceCondition::Degraded;
    }

    if (next == state_.condition)
        return false;
    state_.condition = next;
    state_.reason = next == ServiceCondition::Ok ? std::string() : reply.text;
    state_.since = wallNow;
    return true;
}

std::chrono::milliseconds ServiceHealth::pauseAfter(const Reply &reply)
{
    if (reply.retryAfter)
        return std::clamp<std::chrono::seconds>(*reply.retryAfter, 0s, longestRetryAfter);
    if (needsPeople(reply.outcome))
        return pauseForPeople;
    const unsigned doublings = std::min(failuresInARow_ - 1, 10U);
    const auto pause = std::min(longestPause, firstPause * (1U << doublings));
    return pause / 2 + pause * static_cast<int>(random_() % 1000) / 2000;
}

} // namespace ooto::core
