// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/budget.h"

#include "system/plain_text.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <utility>

namespace ooto::service
{

namespace
{

using core::DayRecord;
using core::LocalDate;

constexpr std::chrono::milliseconds patience{100};
/** Giving back happens while elements stop, and what fails is made up for later. */
constexpr std::chrono::milliseconds patienceToGiveBack{10};

std::uint64_t added(std::uint64_t used, std::int64_t more)
{
    if (more >= 0)
        return used + static_cast<std::uint64_t>(more);
    return used - std::min(used, static_cast<std::uint64_t>(-more));
}

} // namespace

LocalDate localToday()
{
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return LocalDate(std::chrono::year(local.tm_year + 1900) /
                     std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)) /
                     std::chrono::day(static_cast<unsigned>(local.tm_mday)));
}

Budget &Budget::forPath(const std::string &path)
{
    static auto *const budgets =
        new core::Guarded<std::map<std::string, std::unique_ptr<Budget>>>();
    auto locked = budgets->lock();
    auto &budget = (*locked)[path];
    if (!budget)
        budget = std::make_unique<Budget>(path);
    return *budget;
}

Budget::Budget(std::string path, Calendar today) : file_(std::move(path)), today_(std::move(today))
{
}

void Budget::Known::beginDay(LocalDate today)
{
    if (beginsDay(record, today))
        unsaved = 0;
    record = onDate(record, today);
}

core::DayRecord Budget::Known::saved() const
{
    core::DayRecord on = record;
    on.used = added(record.used, -unsaved);
    return on;
}

Budget::Taken Budget::take(std::uint64_t limit)
{
    const LocalDate today = today_();
    if (limit == 0)
        return takeHere(today, 0);

    Known before;
    {
        auto known = known_.lock();
        known->beginDay(today);
        before = *known;
        known->unsaved = 0;
    }
    Taken taken;
    DayRecord after;
    std::string error;
    const auto outcome = file_.update(
        [&](const std::optional<DayRecord> &onDisk) {
            // Should somebody have removed the file, this process remembers what it knew.
            after = onDate(onDisk.value_or(before.record), today);
            if (onDisk && after.date == before.record.date)
                after.used = added(after.used, before.unsaved);
            taken.answer = takeOne(after, limit) ? Answer::Taken : Answer::Spent;
            return after;
        },
        patience, error);
    if (outcome == BudgetFile::Outcome::Done) {
        taken.count = {after.date, true};
        known_.lock()->record = after;
        addWarning(taken, limit);
        return taken;
    }
    known_.lock()->unsaved += before.unsaved;
    if (outcome == BudgetFile::Outcome::Busy)
        return {};
    taken = takeHere(today, limit);
    if (!std::exchange(known_.lock()->toldFailure, true))
        taken.warnings.push_back("The day's count of requests cannot be kept in '" +
                                 system::plainText(file_.path()) + "' (" +
                                 system::plainText(error) +
                                 "), so `max-requests-per-day` is counted in this process only, "
                                 "and anew after a restart; set XDG_STATE_HOME to a directory "
                                 "that can be written");
    return taken;
}

Budget::Taken Budget::takeHere(LocalDate today, std::uint64_t limit)
{
    Taken taken;
    {
        auto known = known_.lock();
        known->beginDay(today);
        const bool counted = takeOne(known->record, limit);
        if (counted)
            ++known->unsaved;
        taken.answer = counted ? Answer::Taken : Answer::Spent;
        taken.count = {known->record.date, false};
    }
    addWarning(taken, limit);
    return taken;
}

void Budget::addWarning(Taken &taken, std::uint64_t limit)
{
    auto known = known_.lock();
    if (taken.answer == Answer::Taken && known->warning.tellNow(known->record, limit)) {
        taken.warnings.push_back(std::to_string(known->record.used) + " of today's " +
                                 std::to_string(limit) +
                                 " requests are used (`max-requests-per-day`); when all are, "
                                 "nobody is asked until midnight");
    }
}

void Budget::look()
{
    const std::optional<DayRecord> onDisk = file_.read();
    if (!onDisk)
        return;
    const LocalDate today = today_();
    auto known = known_.lock();
    known->beginDay(today);
    known->record = onDate(*onDisk, today);
    known->record.used = added(known->record.used, known->unsaved);
}

void Budget::giveBack(const std::vector<Count> &counts)
{
    const auto onDisk = [](const Count &count) { return count.onDisk; };
    bool saved = false;
    if (std::any_of(counts.begin(), counts.end(), onDisk)) {
        std::string ignored;
        DayRecord after;
        const auto outcome = file_.update(
            [&](const std::optional<DayRecord> &record) {
                after = record.value_or(known_.lock()->saved());
                for (const Count &count : counts) {
                    if (count.onDisk)
                        giveBackOne(after, count.date);
                }
                return after;
            },
            patienceToGiveBack, ignored);
        saved = outcome == BudgetFile::Outcome::Done;
        auto known = known_.lock();
        if (saved && known->record.date == after.date) {
            known->record = after;
            known->record.used = added(after.used, known->unsaved);
        }
    }
    auto known = known_.lock();
    for (const Count &count : counts) {
        if ((saved && count.onDisk) || known->record.date != count.date)
            continue;
        giveBackOne(known->record, count.date);
        --known->unsaved;
    }
}

std::uint64_t Budget::usedToday()
{
    const LocalDate today = today_();
    auto known = known_.lock();
    known->beginDay(today);
    return known->record.used;
}

} // namespace ooto::service
