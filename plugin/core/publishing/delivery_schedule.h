// SPDX-License-Identifier: LGPL-2.1-or-later
// When a target is tried again, and with which record.
#pragma once

#include "core/traffic/backoff.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ooto::core
{

/** What an attempt says about the target and about the record. */
enum class Attempt {
    Delivered,
    Unreached,    ///< nobody was there: says nothing of the record
    Failed,       ///< the target could not take it, now
    Unauthorized, ///< the credentials were refused
    NotThere,     ///< nobody takes such things there, yet
    Gone,         ///< the target wants no more
    Rejected,     ///< the target is well, and never takes this record
};

/** What becomes of the record that was tried, and of an earlier one. */
struct AfterAttempt {
    enum class Fate { Deliver, Keep, Reject };
    Fate fate = Fate::Keep;
    /** A record that failed again and again, while this one passed: it is rejected. */
    std::optional<std::int64_t> rejectToo{};
};

/**
 * Pure: told the time, of a clock that only goes on. While the target is well, all records may go.
 * In trouble one record at a time does, after a pause: the oldest one; once that failed
 * `triesBeforeNext` times over `timeBeforeNext`, in turn with the one after it. Where that one
 * passes, it was the record's fault.
 */
class DeliverySchedule
{
public:
    using Time = std::chrono::milliseconds;

    static constexpr unsigned triesBeforeNext = 20;
    static constexpr Time timeBeforeNext = std::chrono::minutes(10);
    static constexpr Time pauseWhenGone = std::chrono::hours(1);

    explicit DeliverySchedule(std::uint32_t jitterSeed) : backoff_(jitterSeed) {}

    void setRules(const BackoffRules &rules) { rules_ = rules; }

    bool inTrouble() const { return inTrouble_; }
    /** When the next attempt may go, in trouble. */
    Time nextAttempt() const { return notBefore_; }
    /** In trouble: whether the record after the oldest one is to be tried this time. */
    bool triesNext() const { return triesNext_; }
    /** The pause is over: the trouble may have ended (connected again, new credentials). */
    void hurry() { notBefore_ = Time{0}; }

    /** @param isOldest whether it is the oldest record that waits @param wish the target's own
     * pause */
    AfterAttempt note(std::int64_t id, bool isOldest, Attempt attempt, std::optional<Time> wish,
                      Time now);
    /**
     * In trouble: of an attempt that went before it began. Whether the trouble is over is for those
     * to say that went since; only a longer pause that the target wants counts.
     */
    AfterAttempt noteLate(Attempt attempt, std::optional<Time> wish, Time now);

private:
    struct Failing {
        std::int64_t id = 0;
        unsigned tries = 0;
        Time since{0};
    };

    void well();
    void trouble(Attempt attempt, std::optional<Time> wish, Time now);
    bool isGivenUp(Time now) const;

    BackoffRules rules_;
    Backoff backoff_;
    bool inTrouble_ = false;
    bool triesNext_ = false;
    Time notBefore_{0};
    std::optional<Failing> failing_; ///< the oldest record, where it was it that failed
};

} // namespace ooto::core
