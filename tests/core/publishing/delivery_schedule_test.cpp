// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/delivery_schedule.h"

#include <gtest/gtest.h>

#include <chrono>

namespace
{

using namespace std::chrono_literals;
using ooto::core::AfterAttempt;
using ooto::core::Attempt;
using ooto::core::DeliverySchedule;
using Fate = AfterAttempt::Fate;
using Time = DeliverySchedule::Time;

class Deliveries : public testing::Test
{
protected:
    Deliveries() { schedule_.setRules({.factor = 500ms, .longest = 60s}); }

    /** The oldest record fails until it is in turn with the next one. @return the time */
    Time failUntilNext(std::int64_t id)
    {
        Time now{0};
        while (!schedule_.triesNext()) {
            EXPECT_LT(now, 2h) << "the next record never had its turn";
            schedule_.note(id, true, Attempt::Failed, {}, now);
            now = std::max(now + 1ms, schedule_.nextAttempt());
        }
        return now;
    }

    DeliverySchedule schedule_{1};
};

} // namespace

TEST_F(Deliveries, isWellUntilSomethingFails)
{
    EXPECT_FALSE(schedule_.inTrouble());
    EXPECT_EQ(schedule_.note(1, true, Attempt::Delivered, {}, 0ms).fate, Fate::Deliver);
    EXPECT_FALSE(schedule_.inTrouble());
    EXPECT_EQ(schedule_.note(2, true, Attempt::Unreached, {}, 10ms).fate, Fate::Keep);
    EXPECT_TRUE(schedule_.inTrouble());
    EXPECT_GT(schedule_.nextAttempt(), 10ms);
    EXPECT_LE(schedule_.nextAttempt(), 510ms);
}

TEST_F(Deliveries, pausesAtMostAsLongAsItWasTold)
{
    Time now{0};
    for (int i = 0; i < 50; ++i) {
        schedule_.note(1, true, Attempt::Unreached, {}, now);
        EXPECT_LE(schedule_.nextAttempt() - now, 60s);
        now = schedule_.nextAttempt();
    }
    EXPECT_GT(schedule_.nextAttempt(), 10min);
}

TEST_F(Deliveries, obeysTheTargetsOwnWish)
{
    schedule_.note(1, true, Attempt::Failed, 7s, 0ms);
    EXPECT_EQ(schedule_.nextAttempt(), 7s);
}

TEST_F(Deliveries, asksATargetThatIsGoneOnceAnHour)
{
    schedule_.note(1, true, Attempt::Gone, {}, 5s);
    EXPECT_EQ(schedule_.nextAttempt(), 1h + 5s);
}

TEST_F(Deliveries, rejectsWhatTheTargetNeverTakesAndGoesOn)
{
    EXPECT_EQ(schedule_.note(1, true, Attempt::Rejected, {}, 0ms).fate, Fate::Reject);
    EXPECT_FALSE(schedule_.inTrouble());
}

TEST_F(Deliveries, rejectsTheFirstWhenTheNextOnePasses)
{
    const Time now = failUntilNext(7);
    EXPECT_GE(now, 10min);
    const AfterAttempt after = schedule_.note(8, false, Attempt::Delivered, {}, now);
    EXPECT_EQ(after.fate, Fate::Deliver);
    ASSERT_TRUE(after.rejectToo);
    EXPECT_EQ(*after.rejectToo, 7);
    EXPECT_FALSE(schedule_.inTrouble());
}

TEST_F(Deliveries, takesTurnsWhenTheNextOneFailsAsWell)
{
    const Time now = failUntilNext(7);
    const AfterAttempt after = schedule_.note(8, false, Attempt::Failed, {}, now);
    EXPECT_EQ(after.fate, Fate::Keep);
    EXPECT_FALSE(after.rejectToo);
    EXPECT_FALSE(schedule_.triesNext());
    schedule_.note(7, true, Attempt::Failed, {}, now + 1min);
    EXPECT_TRUE(schedule_.triesNext());
}

TEST_F(Deliveries, neverBlamesARecordForATargetThatIsAway)
{
    Time now{0};
    for (int i = 0; i < 100; ++i) {
        schedule_.note(1, true, Attempt::Unreached, {}, now);
        now = schedule_.nextAttempt();
        EXPECT_FALSE(schedule_.triesNext());
    }
    EXPECT_GT(now, 10min);
}

TEST_F(Deliveries, blamesOnlyAfterTwentyTriesAndTenMinutes)
{
    for (int i = 0; i < 40; ++i)
        schedule_.note(1, true, Attempt::Failed, 1s, i * 1s);
    EXPECT_FALSE(schedule_.triesNext()) << "40 s are not ten minutes";
    DeliverySchedule slow(1);
    for (int i = 0; i < 15; ++i)
        slow.note(1, true, Attempt::Failed, 60s, i * 60s);
    EXPECT_FALSE(slow.triesNext()) << "15 are not 20 tries";
}

TEST_F(Deliveries, areInTroubleUntilOneThatWentSinceSaysOtherwise)
{
    schedule_.note(1, true, Attempt::Failed, 7s, 0ms);
    EXPECT_EQ(schedule_.noteLate(Attempt::Delivered, {}, 10ms).fate, Fate::Deliver);
    EXPECT_EQ(schedule_.noteLate(Attempt::Rejected, {}, 20ms).fate, Fate::Reject);
    EXPECT_TRUE(schedule_.inTrouble());
    EXPECT_EQ(schedule_.nextAttempt(), 7s);
    EXPECT_EQ(schedule_.note(1, true, Attempt::Delivered, {}, 7s).fate, Fate::Deliver);
    EXPECT_FALSE(schedule_.inTrouble());
}

TEST_F(Deliveries, countAnOutageOnceHoweverManyWereUnderWay)
{
    schedule_.note(1, true, Attempt::Unreached, {}, 0ms);
    const Time next = schedule_.nextAttempt();
    for (int i = 2; i <= 20; ++i)
        EXPECT_EQ(schedule_.noteLate(Attempt::Unreached, {}, 0ms).fate, Fate::Keep);
    EXPECT_EQ(schedule_.nextAttempt(), next);
    schedule_.noteLate(Attempt::Failed, 3s, 0ms);
    EXPECT_EQ(schedule_.nextAttempt(), 3s) << "the target's own wish";
    schedule_.noteLate(Attempt::Gone, {}, 0ms);
    EXPECT_EQ(schedule_.nextAttempt(), 1h);
}
