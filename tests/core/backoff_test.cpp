// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheLongest)
{
    const BackoffRules rules;
    EXPECT_EQ(longestPause(rules, 1), 500ms);
    EXPECT_EQ(longestPause(rules, 2), 1s);
    EXPECT_EQ(longestPause(rules, 6), 16s);
    EXPECT_EQ(longestPause(rules, 7), 30s);
    EXPECT_EQ(longestPause(rules, std::numeric_limits<unsigned>::max()), 30s);
    EXPECT_EQ(longestPause(rules, 0), 500ms);
}

TEST(Backoff, SpreadsOverTheWholePause)
{
    Backoff backoff(1);
    std::vector<std::chrono::milliseconds> pauses;
    for (int i = 0; i < 1000; ++i)
        pauses.push_back(backoff.pause({100ms, 30s}, 4));
    const auto [least, most] = std::minmax_element(pauses.begin(), pauses.end());
    EXPECT_GE(*least, 0ms);
    EXPECT_LT(*least, 40ms);
    EXPECT_GT(*most, 760ms);
    EXPECT_LE(*most, 800ms);
    std::chrono::milliseconds sum{0};
    for (const auto pause : pauses)
        sum += pause;
    EXPECT_NEAR(static_cast<double>(sum.count()) / 1000, 400, 40);
}

TEST(Backoff, DiffersBetweenProcesses)
{
    Backoff one(1);
    Backoff other(2);
    int same = 0;
    for (int i = 0; i < 20; ++i)
        same += one.pause({}, 6) == other.pause({}, 6);
    EXPECT_LT(same, 5);
}

TEST(Backoff, NeverHammersHoweverItIsSet)
{
    for (const BackoffRules &rules : {backoffRules(0, 0), backoffRules(-1, -5), backoffRules(0, 1),
                                      backoffRules(std::nan(""), std::nan(""))})
        EXPECT_EQ(longestPause(rules, 1), 10ms);
    EXPECT_EQ(longestPause(backoffRules(60, 2), 1), 2s);
    EXPECT_EQ(longestPause(backoffRules(1e300, 1e300), 1000), 24h);
    EXPECT_EQ(backoffRules(0.5, 30), BackoffRules());
}

} // namespace
} // namespace ooto::core
