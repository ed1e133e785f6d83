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

} // namespace

std::optional<RetryPause> RetrySchedule::ended(const Reply &reply, const RetryRules &rules)
{
    const OutcomeMeaning meaning = meaningOf(reply.outcome);
    if (!meaning.mayPass)
        beginAnew();
    if (meaning.about == About::Key || meaning.about == About::People)
        return RetryPause{longestPause(rules.backoff), true}; // nobody looked at the photo
    if (!meaning.mayPass)
        return std::nullopt;
    ++failuresInARow_;
    if (meaning.probablyBilled)
        return afterNoAnswer(rules);
    return RetryPause{
        std::max<std::chrono::milliseconds>(backoff_.pause(rules.backoff), askedPause(reply)),
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
