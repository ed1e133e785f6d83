// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/day_budget.h"

#include <array>
#include <cstdio>

namespace ooto::core
{

std::string toText(LocalDate day)
{
    const std::chrono::year_month_day date(day);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int(date.year()),
                  unsigned(date.month()), unsigned(date.day()));
    return text.data();
}

bool beginsDay(const DayRecord &record, LocalDate today)
{
    // A step of one day is midnight, whatever the clock once showed.
    return today > record.date &&
           (today != record.later || today - record.date == std::chrono::days(1));
}

DayRecord onDate(const DayRecord &record, LocalDate today)
{
    if (today == record.date ||
        (today < record.date && record.date - today <= std::chrono::days(1)))
        return record;
    DayRecord moved{today, beginsDay(record, today) ? 0 : record.used, record.later};
    if (!moved.later && today < record.date)
        moved.later = record.date;
    if (moved.later && today >= *moved.later)
        moved.later.reset();
    return moved;
}

bool takeOne(DayRecord &record, std::uint64_t limit)
{
    if (limit > 0 && record.used >= limit)
        return false;
    ++record.used;
    return true;
}

void giveBackOne(DayRecord &record, LocalDate date)
{
    if (record.date == date && record.used > 0)
        --record.used;
}

bool BudgetWarning::tellNow(const DayRecord &record, std::uint64_t limit)
{
    // Rounded up, and written so that no number is too large for it.
    if (limit == 0 || record.used < limit - limit / 5 || told_ == record.date)
        return false;
    told_ = record.date;
    return true;
}

} // namespace ooto::core
