// SPDX-License-Identifier: LGPL-2.1-or-later
// The day's budget of one service and app-id, on disk where that works, else in this process.
#pragma once

#include "core/base/guarded.h"
#include "core/traffic/day_budget.h"
#include "service/budget_file.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ooto::service
{

/** The date on this machine's clock, in its time zone. */
core::LocalDate localToday();

/**
 * Thread-safe. take() and giveBack() read and write a file, and may wait for another process up to
 * 0.1 s: they are not for the *streaming* thread.
 */
class Budget
{
public:
    using Calendar = std::function<core::LocalDate()>;

    enum class Answer {
        Taken,
        Spent,
        Busy, ///< another process holds the file; ask again
    };
    /** Where one request that was taken is counted. */
    struct Count {
        core::LocalDate date{};
        bool onDisk = false;
    };
    struct Taken {
        Answer answer = Answer::Busy;
        Count count;
        std::vector<std::string> warnings; ///< for people, once each
    };

    /**
     * The process's budget for this file. It stays until the process ends, since where the file
     * cannot be written it is all there is of the day's count.
     */
    static Budget &forPath(const std::string &path);
    explicit Budget(std::string path, Calendar today = localToday);

    /** @param limit requests per day; 0 = none, and then nothing is written to disk */
    Taken take(std::uint64_t limit);
    /** Takes note of what other processes, and earlier ones, used. Reads a file; never waits. */
    void look();
    /** The requests were not sent: no byte of them left. Waits for the file once, for all. */
    void giveBack(const std::vector<Count> &counts);
    /** Today's, as far as this process knows. */
    std::uint64_t usedToday();

private:
    struct Known {
        core::DayRecord record;
        /** What of it the file does not hold; negative where the file holds too much. */
        std::int64_t unsaved = 0;
        core::BudgetWarning warning;
        bool toldFailure = false;

        void beginDay(core::LocalDate today);
        /** As the file should have it. */
        core::DayRecord saved() const;
    };
    Taken takeHere(core::LocalDate today, std::uint64_t limit);
    void addWarning(Taken &taken, std::uint64_t limit);

    BudgetFile file_;
    const Calendar today_;
    core::Guarded<Known> known_;
};

} // namespace ooto::service
