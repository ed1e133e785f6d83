// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/day_budget.h"

#include <gtest/gtest.h>

#include <limits>

namespace ooto::core
{
namespace
{

using std::chrono::days;

constexpr LocalDate monday{days(20000)};
constexpr LocalDate tuesday = monday + days(1);

/** How many may be taken. */
int takeAll(DayRecord &record, std::uint64_t limit)
{
    int taken = 0;
    while (taken < 1000 && takeOne(record, limit))
        ++taken;
    return taken;
}

TEST(DayBudget, givesAsManyAsTheLimitSays)
{
    DayRecord record{monday, 0};
    EXPECT_EQ(takeAll(record, 50), 50);
    EXPECT_EQ(record.used, 50U);
    EXPECT_EQ(takeAll(record, 60), 10) << "a limit that was raised";
    EXPECT_EQ(takeAll(record, 10), 0) << "a limit that was lowered";
    EXPECT_EQ(takeAll(record, 0), 1000) << "0 is no limit";
}

TEST(DayBudget, aNewDayBeginsWithNothingUsed)
{
    const DayRecord full{monday, 50};
    EXPECT_EQ(onDate(full, monday), full);
    EXPECT_EQ(onDate(full, tuesday), (DayRecord{tuesday, 0}));
    EXPECT_EQ(onDate(full, monday + days(400)), (DayRecord{monday + days(400), 0}));
    EXPECT_EQ(onDate({}, monday), (DayRecord{monday, 0}));
}

TEST(DayBudget, aClockThatGoesBackBeginsNoDay)
{
    DayRecord record = onDate({monday, 50}, tuesday);
    takeAll(record, 50);
    for (int i = 0; i < 5; ++i) {
        record = onDate(record, monday);
        EXPECT_EQ(record.used, 50U);
        record = onDate(record, tuesday);
        EXPECT_EQ(record.used, 50U);
    }
    EXPECT_EQ(onDate(record, tuesday + days(1)).used, 0U);
}

TEST(DayBudget, aClockThatWasFarAheadDoesNotHoldTheBudgetForYears)
{
    DayRecord record = onDate({monday, 50}, monday + days(30000));
    takeAll(record, 50);
    record = onDate(record, monday);
    EXPECT_EQ(record.date, monday);
    EXPECT_EQ(record.used, 50U) << "being set right is no new day";
    record = onDate(record, tuesday);
    EXPECT_EQ(record.date, tuesday);
    EXPECT_EQ(record.used, 0U);
}

TEST(DayBudget, aClockThatWasFarBehindGivesNothingWhenItIsSetRight)
{
    constexpr LocalDate wrong{days(0)}; // that of a machine without a clock, at every start
    DayRecord record = onDate({}, monday);
    takeAll(record, 50);
    for (int start = 0; start < 3; ++start) {
        record = onDate(record, wrong);
        EXPECT_EQ(record.date, wrong);
        EXPECT_EQ(takeAll(record, 50), 0);
        record = onDate(record, monday);
        EXPECT_EQ(record, (DayRecord{monday, 50}));
    }
    record = onDate(onDate(record, wrong), tuesday);
    EXPECT_EQ(record, (DayRecord{tuesday, 0})) << "a day went by meanwhile";
}

TEST(DayBudget, whatIsTakenWhileTheClockIsBehindCounts)
{
    DayRecord record = onDate({monday, 20}, monday - days(3));
    EXPECT_EQ(takeAll(record, 50), 30);
    EXPECT_EQ(onDate(record, monday), (DayRecord{monday, 50}));
    // Further back, and the latest date is still the one to return to.
    record = onDate(onDate({monday, 20}, monday - days(3)), monday - days(9));
    EXPECT_EQ(onDate(record, monday), (DayRecord{monday, 20}));
}

TEST(DayBudget, anOrdinaryMidnightBeginsTheDayThatAWrongClockOnceShowed)
{
    DayRecord record = onDate({tuesday, 50}, tuesday - days(30));
    for (int ago = 29; ago >= 0; --ago) {
        record.used = 50;
        record = onDate(record, tuesday - days(ago));
        EXPECT_EQ(record.used, 0U) << ago;
    }
}

TEST(DayBudget, aClockThatStaysBehindBeginsItsDays)
{
    DayRecord record = onDate({monday, 50}, monday - days(9));
    record = onDate(record, monday - days(8));
    EXPECT_EQ(takeAll(record, 50), 50);
    EXPECT_EQ(onDate(record, monday).used, 50U);
    EXPECT_EQ(onDate(record, tuesday), (DayRecord{tuesday, 0}));
}

TEST(DayBudget, takesBackWhatWasNotNeeded)
{
    DayRecord record{monday, 50};
    giveBackOne(record, monday);
    EXPECT_EQ(record.used, 49U);
    giveBackOne(record, monday - days(1));
    EXPECT_EQ(record.used, 49U) << "it was counted on a day that is over";
    record.used = 0;
    giveBackOne(record, monday);
    EXPECT_EQ(record.used, 0U);
}

TEST(BudgetWarning, comesOnceADayAtFourFifths)
{
    BudgetWarning warning;
    EXPECT_FALSE(warning.tellNow({monday, 39}, 50));
    EXPECT_TRUE(warning.tellNow({monday, 40}, 50));
    EXPECT_FALSE(warning.tellNow({monday, 41}, 50));
    EXPECT_FALSE(warning.tellNow({tuesday, 0}, 50));
    EXPECT_TRUE(warning.tellNow({tuesday, 50}, 50)) << "another process used the rest";
}

TEST(BudgetWarning, knowsAnyLimit)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_FALSE(BudgetWarning().tellNow({monday, 1000}, 0));
    EXPECT_TRUE(BudgetWarning().tellNow({monday, 1}, 1));
    EXPECT_FALSE(BudgetWarning().tellNow({monday, 2}, 3));
    EXPECT_TRUE(BudgetWarning().tellNow({monday, 3}, 3));
    EXPECT_FALSE(BudgetWarning().tellNow({monday, most / 5}, most));
    EXPECT_TRUE(BudgetWarning().tellNow({monday, most}, most));
}

} // namespace
} // namespace ooto::core
