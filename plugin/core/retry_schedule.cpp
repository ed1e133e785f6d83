// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/retry_schedule.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

/** A 200 that is no answer was probably billed, so that a track gets one more and no other. */
constexpr unsigned triesWithoutAnswer = 2;
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

RetryDecision RetrySchedule::ended(const Reply &reply, const RetryRules &rules)
{
    using Next = RetryDecision::Next;
    switch (reply.outcome) {
    case Outcome::Unauthorized:
    case Outcome::WrongEndpoint:
    case Outcome::Redirected:
    case Outcome::BadCertificate:
        failuresInARow_ = 0; // nobody looked at the photo
        return {Next::WhenServiceIsBack, {}};
    default:
        break;
    }
    if (!mayPass(reply.outcome)) {
        failuresInARow_ = 0;
        return {};
    }
    if (reply.outcome == Outcome::NoAnswer && ++withoutAnswer_ >= triesWithoutAnswer)
        return {Next::Never, {}};
    if (++failuresInARow_ > rules.retries) {
        failuresInARow_ = 0;
        return {Next::WhenServiceIsBack, {}};
    }
    const auto pause = backoff_.pause(rules.backoff, failuresInARow_);
    const std::chrono::milliseconds asked =
        std::min(reply.retryAfter.value_or(std::chrono::seconds(0)), longestRetryAfter);
    return {Next::Again, std::max(pause, asked)};
}

} // namespace ooto::core
