// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;

TEST(Backoff, doublesAtMostUpToTheLongest)
{
    for (unsigned seed = 0; seed < 1000; ++seed) {
        Backoff backoff(seed);
        std::chrono::milliseconds doubled = 500ms;
        for (int failures = 0; failures < 12; ++failures) {
            const auto pause = backoff.pause({});
            EXPECT_LE(pause, doubled);
            EXPECT_GE(pause, 250ms);
            doubled = std::min<std::chrono::milliseconds>(2 * doubled, 30s);
        }
    }
}

TEST(Backoff, isNeverLongerThanTheRowTookSoFarAndTheFactor)
{
    for (unsigned seed = 0; seed < 1000; ++seed) {
        Backoff backoff(seed);
        std::chrono::milliseconds soFar{0};
        for (int failures = 0; failures < 12; ++failures) {
            const auto pause = backoff.pause({});
            EXPECT_LE(pause, soFar + 500ms) << seed;
            soFar += pause;
        }
    }
}

TEST(Backoff, growsSoThatALongOutageCostsFewRequests)
{
    for (unsigned seed = 0; seed < 100; ++seed) {
        Backoff backoff(seed);
        std::chrono::milliseconds soFar{0};
        int requests = 0;
        for (; soFar < 10min; ++requests)
            soFar += backoff.pause({});
        // Some 10 until it is half a minute, then one every 15 to 30 s.
        EXPECT_LE(requests, 50) << seed;
    }
}

TEST(Backoff, spreadsOverTheUpperHalfOfThePause)
{
    std::vector<std::chrono::milliseconds> pauses;
    for (unsigned seed = 0; seed < 1000; ++seed)
        pauses.push_back(Backoff(seed).pause({800ms, 30s}));
    const auto [least, most] = std::minmax_element(pauses.begin(), pauses.end());
    EXPECT_GE(*least, 400ms);
    EXPECT_LT(*least, 420ms);
    EXPECT_GT(*most, 780ms);
    EXPECT_LE(*most, 800ms);
    std::chrono::milliseconds sum{0};
    for (const auto pause : pauses)
        sum += pause;
    EXPECT_NEAR(static_cast<double>(sum.count()) / 1000, 600, 20);
}

TEST(Backoff, beginsAnewWithTheShortest)
{
    Backoff backoff(1);
    for (int failures = 0; failures < 20; ++failures)
        backoff.pause({});
    EXPECT_GE(backoff.pause({}), 15s);
    backoff.beginAnew();
    EXPECT_LE(backoff.pause({}), 500ms);
}

TEST(Backoff, differsBetweenProcesses)
{
    Backoff one(1);
    Backoff other(2);
    int same = 0;
    for (int i = 0; i < 20; ++i)
        same += one.pause({}) == other.pause({});
    EXPECT_LT(same, 5);
}

TEST(Backoff, neverHammersHoweverItIsSet)
{
    for (const BackoffRules &rules : {backoffRules(0, 0), backoffRules(-1, -5), backoffRules(0, 1),
                                      backoffRules(std::nan(""), std::nan(""))})
        EXPECT_GE(Backoff(1).pause(rules), 5ms);
    EXPECT_EQ(longestPause(backoffRules(0, 0)), 10ms);
    EXPECT_LE(Backoff(1).pause(backoffRules(60, 2)), 2s);
    EXPECT_EQ(longestPause(backoffRules(1e300, 1e300)), 24h);
    EXPECT_EQ(backoffRules(0.5, 30), BackoffRules());
}

} // namespace
} // namespace ooto::core
