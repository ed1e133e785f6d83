// SPDX-License-Identifier: LGPL-2.1-or-later
// How many requests may still go out today.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::core
{

/** A date of the local calendar. */
using LocalDate = std::chrono::local_days;

/** As YYYY-MM-DD. */
std::string toText(LocalDate day);

/** What is kept of a day: also what a state file holds. */
struct DayRecord {
    LocalDate date{};
    std::uint64_t used = 0;
    /** The latest date that was counted on, where the clock went back from it. */
    std::optional<LocalDate> later{};

    bool operator==(const DayRecord &) const = default;
};

/**
 * True when nothing was counted on this date yet, as far as the record tells. A clock that went
 * back begins no day, nor does one that then returns to where it was: a machine without a clock of
 * its own does both at every start.
 */
bool beginsDay(const DayRecord &record, LocalDate today);
/**
 * The record as it counts on this date: a new day begins with nothing used. When the clock went
 * back the count stays under its later date; only if that is off by more than a day was one of the
 * two dates a mistake (nobody knows which), and the count moves to today.
 */
DayRecord onDate(const DayRecord &record, LocalDate today);

/** One more, unless `limit` (0 = none) is reached. @return false then */
bool takeOne(DayRecord &record, std::uint64_t limit);
/** One that was taken on `date` was not needed. */
void giveBackOne(DayRecord &record, LocalDate date);

/** Says once a day that four fifths of the limit are used. */
class BudgetWarning
{
public:
    /** Notes that people are told. @return false where they need not be */
    bool tellNow(const DayRecord &record, std::uint64_t limit);

private:
    std::optional<LocalDate> told_;
};

} // namespace ooto::core
