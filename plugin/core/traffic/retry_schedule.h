// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether and when one track asks again after a request that failed.
#pragma once

#include "core/traffic/backoff.h"
#include "core/traffic/reply.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ooto::core
{

/** `retries`, `retry-backoff-factor` and `retry-backoff-max`. */
struct RetryRules {
    /** So often a face that failed is asked about again as soon as the service is back. */
    unsigned retries = 2;
    BackoffRules backoff;
};

/** How long a photo that failed, or a better one that came meanwhile, has to wait. */
struct RetryPause {
    std::chrono::milliseconds pause{0};
    /** Only until the service is back: it is not this photo that it fails at. */
    bool endsWithTrouble = true;
};

/**
 * One per track; told how each of its requests ended, it knows no clock. The pause is the least
 * there is to wait: whether the service may be asked then is for reserve() to say.
 *
 * No track is given up for failures. After more than `retries` of them in a row it may be the photo
 * that the service fails at while it answers others, so that their answers no longer cut its pause
 * short. A 200 that is no answer was probably billed: after two of them a minute passes before the
 * next try, then two, up to an hour.
 */
class RetrySchedule
{
public:
    explicit RetrySchedule(std::uint32_t jitterSeed) : backoff_(jitterSeed) {}

    /** @return nothing where there was no failure, or one of the photo itself */
    std::optional<RetryPause> ended(const Reply &reply, const RetryRules &rules);
    /** Another photo is sent that is not for the failed one. */
    void beginAnew();

private:
    RetryPause afterNoAnswer(const RetryRules &rules);

    unsigned failuresInARow_ = 0;
    unsigned withoutAnswer_ = 0; ///< of one person's track, in all
    Backoff backoff_;
};

} // namespace ooto::core
