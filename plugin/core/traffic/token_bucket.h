// SPDX-License-Identifier: LGPL-2.1-or-later
// How many requests may go out per second, on average.
#pragma once

#include <chrono>
#include <cstdint>

namespace ooto::core
{

/**
 * A token bucket: it fills by `perSecond` and holds what comes in one second, yet at least one
 * token; it starts full. Pure: every call is told what time it is. Not thread-safe.
 */
class TokenBucket
{
public:
    using Clock = std::chrono::steady_clock;

    /** @param perSecond 0 (or what is no rate at all): no limit */
    explicit TokenBucket(double perSecond = 0) { setRate(perSecond, {}); }

    /** What is in the bucket stays, as far as it still fits. */
    void setRate(double perSecond, Clock::time_point now);
    /** @return false when there is no token */
    bool take(Clock::time_point now);
    /** A token that was taken was not needed. */
    void giveBack(Clock::time_point now);
    /** How long until there is a token; 0 when there is one. */
    std::chrono::milliseconds untilNext(Clock::time_point now);

private:
    bool limited() const { return perSecond_ > 0; }
    double capacity() const;
    void fill(Clock::time_point now);

    double perSecond_ = 0;
    double tokens_ = 0;
    Clock::time_point filled_{};
};

} // namespace ooto::core
