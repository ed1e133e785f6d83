// SPDX-License-Identifier: LGPL-2.1-or-later
// One process's part in a day's budget and a rate that many machines share.
#pragma once

#include "core/traffic/day_budget.h"
#include "core/traffic/token_bucket.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace ooto::core
{

/** What the shared state is told, and asked for, in one call. */
struct SharedCall {
    LocalDate date{};
    std::uint64_t sequence = 0; ///< from 1; a call that comes after a later one is of no effect
    std::uint64_t count = 0;    ///< permits of this run on the date; never less than before
    std::uint64_t keep = 0;     ///< up to where it may count whatever becomes of the call
    std::uint64_t limit = 0;    ///< of the day; 0 = none
    double rate = 0;            ///< per second; 0 = no limit
    bool needsOne = false;      ///< wants one more to be counted
    bool wantsToken = false;    ///< of the rate
    bool leaving = false;       ///< it keeps nothing, and will not come again
};

/** What the shared state says. */
struct SharedReply {
    enum class Status {
        Ok,    ///< what was asked for is granted
        Spent, ///< the day's budget is
        Short, ///< others may still spend what is left; they hear that somebody wants it
        Young, ///< it does not know everybody yet: it was begun, or flushed, a moment ago
        Rate,  ///< no token
        Stale, ///< a later call was there before
    };
    Status status = Status::Stale;
    std::uint64_t count = 0;           ///< of this run, with the one that is granted
    std::uint64_t ceiling = 0;         ///< up to where this run may count
    std::uint64_t sum = 0;             ///< of all runs
    std::uint64_t runs = 1;            ///< that live
    bool pressed = false;              ///< somebody wants what others keep
    std::chrono::milliseconds wait{0}; ///< with Young and Rate: sooner is for nothing
};

/**
 * A counter that only grows, and a ceiling that it stays below without asking anybody: `ceiling -
 * count` is the share that a run may spend while the shared state is away. The shared state sees to
 * it that all ceilings together stay within the limit, so that they hold whatever is lost: a call,
 * a reply, the whole state. Pure: every call is told what time it is. Not thread-safe.
 */
class SharedBudget
{
public:
    using Clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    enum class Take {
        Go,
        Asked, ///< the shared state has to be asked first: come again
        Wait,  ///< others keep what is left, or it does not know everybody yet
        Rate,
        Spent,
        Away, ///< it is away, and this run's share is spent, or never was
    };
    struct Taken {
        Take what = Take::Asked;
        milliseconds tryAgainIn{0};
        std::uint64_t count = 0; ///< with Go: of this run on the date
    };
    /** What is known of the day. */
    struct Seen {
        std::uint64_t sum = 0;  ///< of all runs
        std::uint64_t runs = 1; ///< that lived
    };

    Taken take(LocalDate today, std::uint64_t limit, double rate, Clock::time_point now);
    /** Without asking, and without a token: of what this run may spend by itself. */
    std::optional<std::uint64_t> takeAtOnce(LocalDate today, std::uint64_t limit);
    /** A permit of that date was not used. The counter stays: it is a credit for the next one. */
    void giveBack(LocalDate date);
    /** What to tell now. From then on no more is spent than `keep`, until there is a reply. */
    SharedCall makeCall(LocalDate today, std::uint64_t limit, double rate, Clock::time_point now,
                        bool leaving = false);
    void note(const SharedCall &call, const SharedReply &reply, Clock::time_point now);
    /** Somebody waits for an answer. */
    bool isWanted() const { return wanted_; }

    /** The shared state does not answer. Ends with the next note(). */
    void setAway();
    bool isAway() const { return away_; }
    bool wasEverSeen() const { return firstSeen_.has_value(); }
    /** When the next call is due even where nobody wants anything. */
    milliseconds untilAnnouncement(LocalDate today, std::uint64_t limit) const;
    /** Nothing where nobody said anything about the date. */
    std::optional<Seen> seen(LocalDate date) const;

private:
    struct Day {
        std::uint64_t count = 0;
        std::uint64_t ceiling = 0;
        std::uint64_t credits = 0; ///< counted, and not used
        std::optional<Seen> seen{};
        std::uint64_t countSeen = 0; ///< what of `seen` is this run's
        bool pressed = false;

        /** @param reserved for an answer that is on its way */
        bool mayTake(std::uint64_t limit, std::uint64_t reserved = 0) const;
        std::uint64_t take();
        /** Of all runs, as far as it is known now. */
        std::uint64_t sum() const;
        std::uint64_t share(std::uint64_t limit) const;
    };
    struct Denial {
        Take why = Take::Wait;
        Clock::time_point until{};
    };

    Day &dayOf(LocalDate date, std::uint64_t limit);
    Taken takeAway(Day &day, std::uint64_t limit, double rate, Clock::time_point now);

    std::map<LocalDate, Day> days_; ///< the last few: clocks go back
    std::uint64_t sequence_ = 0;
    std::uint64_t runs_ = 1; ///< that lived when it was last asked
    bool away_ = false;
    bool wanted_ = false;
    bool asking_ = false;                        ///< a call that may bring a permit is under way
    std::optional<Clock::time_point> firstSeen_; ///< in this run …
    Clock::time_point lastSeen_{};               ///< … and last
    std::optional<Clock::time_point> ticket_;    ///< what was granted is good until then
    std::optional<Denial> denial_;
    TokenBucket ownRate_; ///< while it is away
};

} // namespace ooto::core
