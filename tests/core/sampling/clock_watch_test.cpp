// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/clock_watch.cpp
#include "core/sampling/clock_watch.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace std::chrono_literals;

namespace
{

std::string told(std::chrono::milliseconds ahead)
{
    return ClockWatch().note(ahead);
}

bool says(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(ClockWatch, saysNothingOfAClockThatIsNearlyRight)
{
    ClockWatch watch;
    for (const auto ahead : {0ms, 60'000ms, -60'000ms})
        EXPECT_EQ(watch.note(ahead), "");
}

TEST(ClockWatch, saysOnceByHowMuchItIsOff)
{
    ClockWatch watch;
    const std::string text = watch.note(-125'000ms);
    EXPECT_TRUE(says(text, "clock is 2 min 5 s behind this machine's")) << text;
    EXPECT_EQ(watch.note(-125'000ms), "");
    EXPECT_EQ(watch.note(1h), "");
}

TEST(ClockWatch, countsInUnitsThatPeopleRead)
{
    EXPECT_TRUE(says(told(60'001ms), " 1 min ahead of")) << told(60'001ms);
    EXPECT_TRUE(says(told(-(1h + 7s)), " 1 h 7 s behind ")) << told(-(1h + 7s));
    EXPECT_TRUE(says(told(24h * 9131 + 5h + 59min), " 9131 d 5 h ahead of"));
}
