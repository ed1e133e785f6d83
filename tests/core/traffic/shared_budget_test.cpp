// SPDX-License-Identifier: LGPL-2.1-or-later
// What one run may spend, by what it was told, without a server.
#include "core/traffic/shared_budget.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using core::SharedBudget;
using core::SharedCall;
using core::SharedReply;
using Take = SharedBudget::Take;
using Status = SharedReply::Status;
using namespace std::chrono_literals;

constexpr core::LocalDate monday{std::chrono::days(20457)};
constexpr core::LocalDate tuesday = monday + std::chrono::days(1);
constexpr std::uint64_t limit = 100;

class SharedBudgetTest : public testing::Test
{
protected:
    Take take(core::LocalDate date = monday) { return budget_.take(date, limit, 0, now_).what; }
    SharedCall call(core::LocalDate date = monday)
    {
        return budget_.makeCall(date, limit, 0, now_);
    }
    void answer(const SharedCall &call, std::uint64_t ceiling, std::uint64_t sum,
                std::uint64_t runs, Status status = Status::Ok)
    {
        budget_.note(call,
                     {.status = status,
                      .count = call.count + (call.needsOne && status == Status::Ok ? 1 : 0),
                      .ceiling = ceiling,
                      .sum = sum,
                      .runs = runs},
                     now_);
    }
    /** Asked, answered, gone. */
    void takeOne(std::uint64_t ceiling, std::uint64_t sum, std::uint64_t runs)
    {
        ASSERT_EQ(take(), Take::Asked);
        answer(call(), ceiling, sum, runs);
        ASSERT_EQ(take(), Take::Go);
    }
    int takeAway(core::LocalDate date = monday)
    {
        budget_.setAway();
        int taken = 0;
        while (taken < 1000 && take(date) == Take::Go)
            ++taken;
        return taken;
    }

    SharedBudget budget_;
    SharedBudget::Clock::time_point now_{1h};
};

TEST_F(SharedBudgetTest, asksBeforeEachPermit)
{
    takeOne(50, 0, 2);
    EXPECT_EQ(take(), Take::Asked);
    const SharedCall second = call();
    EXPECT_EQ(second.count, 1U);
    EXPECT_TRUE(second.needsOne);
    EXPECT_FALSE(call().needsOne) << "one call asks for it";
}

TEST_F(SharedBudgetTest, aPermitIsForOneRequestAndNotForLater)
{
    ASSERT_EQ(take(), Take::Asked);
    answer(call(), 50, 0, 2);
    now_ += 2s;
    EXPECT_EQ(take(), Take::Asked);
}

TEST_F(SharedBudgetTest, spendsNothingWhereItNeverHeardAnything)
{
    EXPECT_EQ(takeAway(), 0);
    EXPECT_FALSE(budget_.wasEverSeen());
}

TEST_F(SharedBudgetTest, spendsItsShareOfWhatWasLeftWhileAway)
{
    takeOne(100, 20, 4);
    // 80 are left by what it knows, of which it may spend the fourth part.
    call();
    EXPECT_EQ(takeAway(), (100 - 20) / 4);
}

TEST_F(SharedBudgetTest, neverSpendsMoreThanItsCeiling)
{
    takeOne(5, 20, 2);
    EXPECT_EQ(takeAway(), 4);
}

TEST_F(SharedBudgetTest, keepsWhatItPledgesWhateverBecomesOfTheCall)
{
    takeOne(60, 0, 1);
    const SharedCall lost = call();
    EXPECT_EQ(lost.keep, 60U);
    EXPECT_EQ(takeAway(), 59);
    EXPECT_EQ(call().count, 60U);
}

TEST_F(SharedBudgetTest, anAnswerThatIsTooLateCountsForNothing)
{
    takeOne(50, 0, 2);
    const SharedCall first = call();
    const SharedCall second = call();
    answer(second, 3, 90, 2);
    answer(first, 50, 0, 2);
    EXPECT_EQ(takeAway(), 2);
}

TEST_F(SharedBudgetTest, aCreditIsSpentBeforeTheCounterGrows)
{
    takeOne(50, 0, 2);
    budget_.giveBack(monday);
    ASSERT_EQ(take(), Take::Asked);
    const SharedCall next = call();
    EXPECT_FALSE(next.needsOne);
    answer(next, 1, 100, 2);
    EXPECT_EQ(take(), Take::Go);
    EXPECT_EQ(call().count, 1U);
}

TEST_F(SharedBudgetTest, doesNotAskAgainForAWhileAfterANo)
{
    ASSERT_EQ(take(), Take::Asked);
    answer(call(), 0, 100, 2, Status::Spent);
    EXPECT_EQ(take(), Take::Spent);
    now_ += 11s;
    EXPECT_EQ(take(), Take::Asked);
    answer(call(), 0, 50, 2, Status::Short);
    EXPECT_EQ(take(), Take::Wait);
    now_ += 300ms;
    EXPECT_EQ(take(), Take::Asked);
}

TEST_F(SharedBudgetTest, aNewDayWithoutItBeginsWithAPartForThoseWhoKnewEachOther)
{
    takeOne(100, 20, 4);
    now_ += 10s;
    answer(call(), 100, 20, 4);
    EXPECT_EQ(takeAway(tuesday), limit / 4);
    EXPECT_EQ(takeAway(tuesday), 0);
}

TEST_F(SharedBudgetTest, aNewDayWithoutItBeginsWithNothingForNewcomers)
{
    takeOne(100, 20, 4);
    now_ += 5s;
    answer(call(), 100, 20, 4);
    EXPECT_EQ(takeAway(tuesday), 0);
}

TEST_F(SharedBudgetTest, aClockThatGoesBackAndForthGivesNoSecondShare)
{
    takeOne(100, 20, 4);
    now_ += 10s;
    answer(call(), 100, 20, 4);
    const int first = takeAway(tuesday);
    EXPECT_GT(first, 0);
    takeAway(monday);
    EXPECT_EQ(takeAway(tuesday), 0);
    EXPECT_EQ(takeAway(monday), 0);
}

TEST_F(SharedBudgetTest, keepsNothingWhenItLeaves)
{
    takeOne(100, 20, 4);
    const SharedCall last = budget_.makeCall(monday, limit, 0, now_, true);
    EXPECT_EQ(last.keep, last.count);
    EXPECT_EQ(takeAway(), 0);
}

TEST_F(SharedBudgetTest, theRateIsDividedWhileAway)
{
    ASSERT_EQ(budget_.take(monday, 0, 10, now_).what, Take::Asked);
    budget_.note(budget_.makeCall(monday, 0, 10, now_), {.status = Status::Ok, .runs = 5}, now_);
    budget_.setAway();
    int taken = 0;
    const auto end = now_ + 10s;
    for (; now_ < end; now_ += 10ms)
        taken += budget_.take(monday, 0, 10, now_).what == Take::Go;
    EXPECT_NEAR(taken, 10 * 10 / 5, 2);
}

TEST_F(SharedBudgetTest, asksNobodyWhereNothingIsLimited)
{
    EXPECT_EQ(budget_.take(monday, 0, 0, now_).what, Take::Go);
    budget_.setAway();
    EXPECT_EQ(budget_.take(monday, 0, 0, now_).what, Take::Go);
}

TEST_F(SharedBudgetTest, announcesItselfMoreOftenWhereLittleIsLeft)
{
    answer(call(), 100, 20, 1);
    EXPECT_EQ(budget_.untilAnnouncement(monday, limit), 5s);
    answer(call(), 100, 90, 1);
    EXPECT_EQ(budget_.untilAnnouncement(monday, limit), 1s);
}

} // namespace
} // namespace ooto::test
