// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/token_bucket.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;
using Clock = TokenBucket::Clock;

constexpr Clock::time_point start{1h};

/** How many tokens there are at this time. */
int takeAll(TokenBucket &bucket, Clock::time_point now)
{
    int taken = 0;
    while (taken < 1000 && bucket.take(now))
        ++taken;
    return taken;
}

TEST(TokenBucket, holdsWhatComesInOneSecond)
{
    TokenBucket bucket(5);
    EXPECT_EQ(takeAll(bucket, start), 5);
    EXPECT_EQ(takeAll(bucket, start), 0);
    EXPECT_EQ(takeAll(bucket, start + 1h), 5);
}

TEST(TokenBucket, holdsOneTokenWhenItFillsSlowly)
{
    TokenBucket bucket(0.1);
    EXPECT_EQ(takeAll(bucket, start), 1);
    EXPECT_FALSE(bucket.take(start + 9900ms));
    EXPECT_TRUE(bucket.take(start + 10s));
    EXPECT_EQ(takeAll(bucket, start + 1h), 1);
}

TEST(TokenBucket, letsAsManyThroughAsItsRateSays)
{
    for (const double rate : {0.3, 1.0, 5.0, 7.5}) {
        TokenBucket bucket(rate);
        takeAll(bucket, start);
        int taken = 0;
        for (auto now = start; now <= start + 100s; now += 10ms)
            taken += takeAll(bucket, now);
        EXPECT_NEAR(taken, rate * 100, 1) << rate;
    }
}

TEST(TokenBucket, doesNotLoseTokensToRounding)
{
    TokenBucket bucket(10);
    takeAll(bucket, start);
    for (auto now = start; now < start + 100ms; now += 10ms)
        EXPECT_FALSE(bucket.take(now));
    EXPECT_TRUE(bucket.take(start + 100ms));
}

TEST(TokenBucket, saysWhenTheNextTokenComes)
{
    TokenBucket bucket(4);
    EXPECT_EQ(bucket.untilNext(start), 0ms);
    takeAll(bucket, start);
    EXPECT_EQ(bucket.untilNext(start), 250ms);
    EXPECT_EQ(bucket.untilNext(start + 100ms), 150ms);
    EXPECT_FALSE(bucket.take(start + 249ms));
    EXPECT_TRUE(bucket.take(start + 249ms + bucket.untilNext(start + 249ms)));
    bucket.setRate(1e-9, start + 1s);
    takeAll(bucket, start + 1s);
    EXPECT_EQ(bucket.untilNext(start + 1s), 1h);
}

TEST(TokenBucket, takesBackWhatWasNotNeeded)
{
    TokenBucket bucket(2);
    takeAll(bucket, start);
    bucket.giveBack(start);
    EXPECT_EQ(takeAll(bucket, start), 1);
    for (int i = 0; i < 9; ++i)
        bucket.giveBack(start);
    EXPECT_EQ(takeAll(bucket, start), 2) << "more than it holds";
}

TEST(TokenBucket, isNoLimitWithoutARate)
{
    for (const double none : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
        TokenBucket bucket(none);
        EXPECT_EQ(takeAll(bucket, start), 1000);
        EXPECT_EQ(bucket.untilNext(start), 0ms);
        bucket.giveBack(start);
    }
}

TEST(TokenBucket, followsARateThatChanges)
{
    TokenBucket bucket(10);
    takeAll(bucket, start);
    bucket.setRate(2, start);
    EXPECT_EQ(takeAll(bucket, start), 0) << "a change is no present";
    EXPECT_EQ(takeAll(bucket, start + 10s), 2);
    bucket.setRate(20, start + 10s);
    EXPECT_EQ(takeAll(bucket, start + 10s), 0);
    EXPECT_EQ(takeAll(bucket, start + 11s), 20);
    bucket.setRate(3, start + 20s);
    EXPECT_EQ(takeAll(bucket, start + 20s), 3) << "more than it holds now";
    bucket.setRate(0, start + 20s);
    EXPECT_EQ(takeAll(bucket, start + 20s), 1000);
    bucket.setRate(3, start + 30s);
    EXPECT_EQ(takeAll(bucket, start + 30s), 3);
}

TEST(TokenBucket, givesNothingForAClockThatGoesBack)
{
    TokenBucket bucket(1);
    takeAll(bucket, start);
    EXPECT_FALSE(bucket.take(start - 1h));
    EXPECT_FALSE(bucket.take(start + 900ms));
    EXPECT_TRUE(bucket.take(start + 1s));
}

} // namespace
} // namespace ooto::core
