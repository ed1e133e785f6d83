// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/retry_schedule.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

// A 200 that is no answer was probably billed: so many tries, then as rarely as this.
constexpr unsigned triesWithoutAnswer = 2;
constexpr std::chrono::milliseconds shortestWithoutAnswer = std::chrono::minutes(1);
constexpr std::chrono::milliseconds longestWithoutAnswer = std::chrono::hours(1);
constexpr unsigned mostDoublings = 6; // 64 minutes
constexpr std::chrono::seconds longestRetryAfter = std::chrono::hours(1);

} // namespace

bool mayPass(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Timeout:
    case Outcome::Unreachable:
    case Outcome::ServerError:
    case Outcome::RateLimited:
    case Outcome::NoAnswer:
        return true;
    default:
        return false;
    }
}

std::optional<RetryPause> RetrySchedule::ended(const Reply &reply, const RetryRules &rules)
{
    switch (reply.outcome) {
    case Outcome::Unauthorized:
    case Outcome::WrongEndpoint:
    case Outcome::Redirected:
    case Outcome::BadCertificate:
        beginAnew(); // nobody looked at the photo
        return RetryPause{longestPause(rules.backoff), true};
    default:
        break;
    }
    if (!mayPass(reply.outcome)) {
        beginAnew();
        return std::nullopt;
    }
    ++failuresInARow_;
    if (reply.outcome == Outcome::NoAnswer)
        return afterNoAnswer(rules);
    const std::chrono::milliseconds asked =
        std::min(reply.retryAfter.value_or(std::chrono::seconds(0)), longestRetryAfter);
    return RetryPause{std::max(backoff_.pause(rules.backoff), asked),
                      failuresInARow_ <= rules.retries};
}

RetryPause RetrySchedule::afterNoAnswer(const RetryRules &rules)
{
    ++withoutAnswer_;
    if (withoutAnswer_ < triesWithoutAnswer)
        return {backoff_.pause(rules.backoff), true};
    const unsigned doublings = std::min(withoutAnswer_ - triesWithoutAnswer, mostDoublings);
    // That others are answered is a reason to try once more, not each time.
    return {std::min(shortestWithoutAnswer * (1U << doublings), longestWithoutAnswer),
            withoutAnswer_ == triesWithoutAnswer};
}

void RetrySchedule::beginAnew()
{
    failuresInARow_ = 0;
    backoff_.beginAnew();
}

} // namespace ooto::core
