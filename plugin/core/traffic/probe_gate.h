// SPDX-License-Identifier: LGPL-2.1-or-later
// The half-open part of a circuit breaker: one probe at a time, and none before its time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace ooto::core
{

/** Pure: every call is told what time it is. Not thread-safe. */
class ProbeGate
{
public:
    using Clock = std::chrono::steady_clock;
    /** Its number, from 1 on. */
    using Probe = std::uint64_t;

    /** The number of the probe that may go out now, or nothing. */
    std::optional<Probe> admit(Clock::time_point now)
    {
        if (underWay_ != 0 || now < next_)
            return std::nullopt;
        return underWay_ = ++sent_;
    }
    /** The probe is over, or never went. Other numbers are of no matter. */
    void ended(Probe probe)
    {
        if (isUnderWay(probe))
            underWay_ = 0;
    }
    bool isUnderWay(Probe probe) const { return probe != 0 && probe == underWay_; }

    void closeUntil(Clock::time_point next) { next_ = next; }
    void closeAtLeastUntil(Clock::time_point next) { next_ = std::max(next_, next); }
    /** The next probe may go at once, whatever the one under way will say. */
    void reopen()
    {
        underWay_ = 0;
        next_ = {};
    }

    /** 0 when a probe may go, or only the reply of the one under way is missing. */
    std::chrono::milliseconds untilProbe(Clock::time_point now) const
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - now);
        return now < next_ ? left : std::chrono::milliseconds(0);
    }

private:
    Probe sent_ = 0;
    Probe underWay_ = 0; ///< 0 = none
    Clock::time_point next_{};
};

} // namespace ooto::core
