// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether and when one track asks again after a request that failed.
#pragma once

#include "core/backoff.h"
#include "core/reply.h"

#include <chrono>
#include <cstdint>

namespace ooto::core
{

/** `retries`, `retry-backoff-factor` and `retry-backoff-max`. */
struct RetryRules {
    unsigned retries = 2; ///< failures in a row of one photo that are followed by another try
    BackoffRules backoff;
};

/** True for failures that may pass by themselves: the same photo may be sent again. */
bool mayPass(Outcome outcome);

/** What to do after a request ended. */
struct RetryDecision {
    enum class Next {
        Done,              ///< no failure, or one of the photo itself: nothing to try again here
        Again,             ///< send the photo, or a better one that came meanwhile, after `pause`
        WhenServiceIsBack, ///< give up until the service's state is ok, then begin anew
        Never,             ///< the track stays without an answer
    };
    Next next = Next::Done;
    std::chrono::milliseconds pause{0};
};

/**
 * One per track; told how each of its requests ended, it knows no clock. The pause is the least
 * there is to wait: whether the service may be asked then is for reserve() to say.
 */
class RetrySchedule
{
public:
    explicit RetrySchedule(std::uint32_t jitterSeed) : backoff_(jitterSeed) {}

    RetryDecision ended(const Reply &reply, const RetryRules &rules);
    /** The service is back, or another photo is sent that is not for the failed one. */
    void beginAnew() { failuresInARow_ = 0; }
    /** The track may be another person's now, who has not been asked about at all. */
    void beginWithSomebodyElse() { withoutAnswer_ = 0; }
    unsigned failuresInARow() const { return failuresInARow_; }

private:
    unsigned failuresInARow_ = 0;
    unsigned withoutAnswer_ = 0; ///< of one person's track, in all
    Backoff backoff_;
};

} // namespace ooto::core
