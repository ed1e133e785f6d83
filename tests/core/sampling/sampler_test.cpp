// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/sampler.cpp
#include "core/sampling/sampler.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using ooto::core::Sampler;
using ooto::core::StreamTime;

namespace
{

int samplesOf(Sampler &sampler, StreamTime from, StreamTime to, StreamTime step)
{
    int samples = 0;
    for (StreamTime time = from; time < to; time += step)
        samples += sampler.step(time);
    return samples;
}

} // namespace

TEST(Sampler, takesTheFirstFrame)
{
    Sampler sampler;
    sampler.setInterval(200ms);
    EXPECT_TRUE(sampler.step(5s));
}

TEST(Sampler, keepsItsRateOnAverageWhenItDoesNotDivideTheFrameRate)
{
    Sampler sampler;
    sampler.setInterval(200ms);
    EXPECT_NEAR(samplesOf(sampler, 0s, 10s, 41666us), 50, 1);
}

TEST(Sampler, takesEveryFrameWithoutAnInterval)
{
    Sampler sampler;
    EXPECT_EQ(samplesOf(sampler, 0s, 1s, 40ms), 25);
}

TEST(Sampler, doesNotCatchUpAfterAGap)
{
    Sampler sampler;
    sampler.setInterval(200ms);
    EXPECT_TRUE(sampler.step(0s));
    EXPECT_TRUE(sampler.step(10s));
    EXPECT_FALSE(sampler.step(10040ms));
    EXPECT_FALSE(sampler.step(10160ms));
    EXPECT_TRUE(sampler.step(10200ms));
}

TEST(Sampler, startsAgainWhenTimeGoesBack)
{
    Sampler sampler;
    sampler.setInterval(200ms);
    EXPECT_TRUE(sampler.step(60s));
    EXPECT_TRUE(sampler.step(1s));
    EXPECT_FALSE(sampler.step(1100ms));
}

TEST(Sampler, takesAShorterIntervalOverAtOnce)
{
    Sampler sampler;
    sampler.setInterval(10s);
    EXPECT_TRUE(sampler.step(0s));
    sampler.setInterval(200ms);
    EXPECT_TRUE(sampler.step(40ms));
}

TEST(Sampler, takesTheNextFrameAfterAReset)
{
    Sampler sampler;
    sampler.setInterval(200ms);
    EXPECT_TRUE(sampler.step(0s));
    sampler.reset();
    EXPECT_TRUE(sampler.step(40ms));
}
