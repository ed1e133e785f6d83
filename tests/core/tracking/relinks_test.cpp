// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/relinks.cpp through the tracker
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
    Stage stage({sitting(0.5, 3, 6, 1)});
    stage.run(0, 9);
    ASSERT_EQ(stage.continues.size(), 1U);
    EXPECT_EQ(stage.continues.begin()->first, stage.ids[0].back());
    EXPECT_EQ(stage.continues.begin()->second, stage.ids[0].front());
    EXPECT_EQ(stage.ended.size(), 1U);
    EXPECT_TRUE(stage.asked.empty());
    // Nobody can tell without looks.
    Stage blind({sitting(0.5, 3, 6)});
    blind.run(0, 9);
    EXPECT_TRUE(blind.continues.empty());
    EXPECT_TRUE(blind.inDoubt().empty()) << "somebody new, who is asked about like anybody";
}

TEST(Relinks, areNotMadeAfterTheRelinkTimeOrWhereItIsZero)
{
    // A track ends two seconds after its last detection, and five more are the relink time.
    Stage soon({sitting(0.5, 3, 9, 1)});
    soon.run(0, 12);
    EXPECT_EQ(soon.continues.size(), 1U);
    Stage late({sitting(0.5, 3, 10.5, 1)});
    late.run(0, 14);
    EXPECT_TRUE(late.continues.empty());
    Stage never({sitting(0.5, 3, 6, 1)});
    never.rules.relinkTime = StreamTime{0};
    never.run(0, 9);
    EXPECT_TRUE(never.continues.empty());
}

TEST(Relinks, areNotMadeWithSomebodyElse)
{
    Stage elsewhere({only(0.5, 0, 3, 1), only(0.6, 6, 9, 1)});
    elsewhere.run(0, 9);
    EXPECT_TRUE(elsewhere.continues.empty());
    for (unsigned who = 2; who < 42; ++who) {
        // A second, three and five after the first one left; also while that one's track is lost.
        for (const double after : {0.6, 1.0, 3.0, 5.0}) {
            Stage different({only(0.5, 0, 3, 1), only(0.5, 3 + after, 6 + after, who)});
            different.run(0, 6 + after);
            EXPECT_TRUE(different.continues.empty()) << who << " after " << after;
            EXPECT_FALSE(different.mistaken()) << who << " after " << after;
        }
    }
}

TEST(Relinks, endTheOldOneBeforeTheNewOneBegins)
{
    Stage stage({only(0.5, 0, 3, 1), only(0.545, 3.8, 6, 2)});
    stage.run(0, 4.1);
    ASSERT_EQ(stage.ids[1].size(), 1U) << "just confirmed";
    EXPECT_EQ(stage.ended, std::vector<TrackId>{stage.ids[0].front()});
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
    Person person{[](double t) -> std::optional<Box> {
                      const double phase = std::fmod(t, 30);
                      if (phase > 20 && phase < 23)
                          return std::nullopt;
                      return head(0.5 + 0.01 * std::sin(t / 3), 0.4 + 0.01 * std::sin(t / 7));
                  },
                  4U};
    Stage stage({person}, 0.03);
    stage.run(0, 600);
    EXPECT_EQ(stage.confirmed, stage.continues.size() + 1);
    EXPECT_TRUE(stage.asked.empty());
    for (const auto &[id, past] : stage.continues)
        EXPECT_EQ(id, past + 1);
}

TEST(Relinks, giveOnePastToOneTrackOnly)
{
    // Two who look the same, as twins, where one left.
    Stage stage({only(0.51, 0, 3, 1), only(0.48, 6, 9, 1), only(0.545, 6, 9, 1)});
    stage.run(0, 9);
    EXPECT_EQ(stage.continues.size(), 1U);
}

TEST(Relinks, areForgottenWithAllTracks)
{
    Stage stage({sitting(0.5, 3, 6, 1)});
    stage.run(0, 5.5);
    stage.tracker.endAll();
    stage.run(5.5, 9);
    EXPECT_TRUE(stage.continues.empty());
    EXPECT_EQ(stage.ids[0].back(), stage.ids[0].front() + 1) << "ids go on after a flush";
}
