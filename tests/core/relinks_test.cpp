// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/relinks.cpp through the tracker
#include "stage.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace ooto::test;

namespace
{

/** Seen but for the time between `from` and `to`. */
Person sitting(double x, double from, double to, std::optional<unsigned> looks = {})
{
    return {
        [=](double t) { return t >= from && t < to ? std::nullopt : std::optional(head(x, 0.4)); },
        looks};
}

Person only(double x, double from, double to, std::optional<unsigned> looks = {})
{
    return {
        [=](double t) { return t >= from && t < to ? std::optional(head(x, 0.4)) : std::nullopt; },
        looks};
}

} // namespace

TEST(Relinks, goOnWithSomebodyWhoLookedAwayForThreeSeconds)
{
    for (const std::optional<unsigned> looks : {std::optional<unsigned>(), std::optional(1U)}) {
        Stage stage({sitting(0.5, 3, 6, looks)});
        stage.run(0, 9);
        ASSERT_EQ(stage.continues.size(), 1U);
        EXPECT_EQ(stage.continues.begin()->first, stage.ids[0].back());
        EXPECT_EQ(stage.continues.begin()->second, stage.ids[0].front());
        EXPECT_EQ(stage.ended.size(), 1U);
        EXPECT_TRUE(stage.doubted.empty());
    }
}

TEST(Relinks, areNotMadeAfterTheRelinkTimeOrWhereItIsZero)
{
    // A track ends two seconds after its last detection, and five more are the relink time.
    Stage soon({sitting(0.5, 3, 9)});
    soon.run(0, 12);
    EXPECT_EQ(soon.continues.size(), 1U);
    Stage late({sitting(0.5, 3, 10.5)});
    late.run(0, 14);
    EXPECT_TRUE(late.continues.empty());
    Stage never({sitting(0.5, 3, 6)});
    never.rules.relinkTime = StreamTime{0};
    never.run(0, 9);
    EXPECT_TRUE(never.continues.empty());
}

TEST(Relinks, areNotMadeWithSomebodyElse)
{
    Stage elsewhere({only(0.5, 0, 3), only(0.6, 6, 9)});
    elsewhere.run(0, 9);
    EXPECT_TRUE(elsewhere.continues.empty());
    Stage different({only(0.5, 0, 3, 1), only(0.5, 6, 9, 2)});
    different.run(0, 9);
    EXPECT_TRUE(different.continues.empty());
    EXPECT_EQ(different.confirmed, 2U);
}

TEST(Relinks, areNotMadeWhereThereIsARival)
{
    // Two who left, one who comes.
    Stage left({only(0.48, 0, 3), only(0.545, 0, 3), only(0.51, 6, 9)});
    left.run(0, 9);
    EXPECT_TRUE(left.continues.empty());
    // One who left, two who come.
    Stage come({only(0.51, 0, 3), only(0.48, 6, 9), only(0.545, 6, 9)});
    come.run(0, 9);
    EXPECT_TRUE(come.continues.empty());
}

TEST(Relinks, tellRivalsApartByTheirLooks)
{
    Stage stage({only(0.48, 0, 3, 1), only(0.545, 0, 3, 2), only(0.51, 6, 9, 2)});
    stage.run(0, 9);
    ASSERT_EQ(stage.continues.size(), 1U);
    EXPECT_EQ(stage.continues.begin()->second, stage.ids[1].front());
}

TEST(Relinks, keepSomebodyInOneChainWhoSitsForTenMinutes)
{
    for (const std::optional<unsigned> looks : {std::optional<unsigned>(), std::optional(4U)}) {
        Person person{[](double t) -> std::optional<Box> {
                          const double phase = std::fmod(t, 30);
                          if (phase > 20 && phase < 23)
                              return std::nullopt;
                          return head(0.5 + 0.01 * std::sin(t / 3), 0.4 + 0.01 * std::sin(t / 7));
                      },
                      looks};
        Stage stage({person}, 0.03);
        stage.run(0, 600);
        EXPECT_EQ(stage.confirmed, stage.continues.size() + 1);
        EXPECT_TRUE(stage.doubted.empty());
        for (const auto &[id, past] : stage.continues)
            EXPECT_EQ(id, past + 1);
    }
}

TEST(Relinks, areForgottenWithAllTracks)
{
    Stage stage({sitting(0.5, 3, 6)});
    stage.run(0, 5.5);
    stage.tracker.endAll();
    stage.run(5.5, 9);
    EXPECT_TRUE(stage.continues.empty());
    EXPECT_EQ(stage.ids[0].back(), 2) << "ids go on after a flush";
}
