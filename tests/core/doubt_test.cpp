// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/doubt.cpp through the tracker
#include "stage.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace ooto::test;

namespace
{

/** Sits for two seconds, then somebody who looks so is where `then` says. */
std::vector<TrackId> doubtsAfter(const std::function<std::optional<Box>(double)> &then,
                                 std::optional<unsigned> looks, std::optional<unsigned> laterLooks,
                                 double seconds = 4)
{
    Person first{[](double t) { return t < 2 ? std::optional(head(0.5, 0.4)) : std::nullopt; },
                 looks};
    Person second{[=](double t) { return t < 2 ? std::nullopt : then(t); }, laterLooks};
    Stage stage({first, second}, 0.02);
    stage.run(0, seconds);
    // All this is about doubt: a track of its own would need none.
    EXPECT_EQ(stage.ids[0].front(), stage.ids[1].back());
    return stage.doubted;
}

const auto larger = [](double) { return head(0.5, 0.4, 0.06 * 1.5); };
const auto stays = [](double) { return head(0.5, 0.4); };

} // namespace

TEST(Doubt, isRaisedOnceWhereAnAreaDoubles)
{
    EXPECT_EQ(doubtsAfter(larger, {}, {}).size(), 1U);
    EXPECT_EQ(doubtsAfter(larger, 1, 2).size(), 1U);
    EXPECT_TRUE(doubtsAfter(larger, 1, 1).empty());
}

TEST(Doubt, isRaisedOnceWhereATrackJumpsUnlessItPlainlyLooksTheSame)
{
    for (const std::optional<unsigned> looks : {std::optional<unsigned>(), std::optional(1U)}) {
        Stage stage({{[](double t) { return head(t < 2 ? 0.5 : 0.565, 0.4); }, looks}}, 0);
        stage.rules.relinkTime = StreamTime{0};
        stage.run(0, 4);
        if (looks) {
            EXPECT_TRUE(stage.oneTrackEach());
            EXPECT_TRUE(stage.doubted.empty());
        } else {
            // Nobody's track, or a doubtful one.
            EXPECT_TRUE(!stage.oneTrackEach() || stage.doubted.size() == 1);
        }
    }
}

TEST(Doubt, isRaisedWhereSomebodyElseStepsIn)
{
    const auto afterGap = [](double t) {
        return t < 2.8 ? std::nullopt : std::optional(head(0.5, 0.4));
    };
    EXPECT_EQ(doubtsAfter(stays, 1, 2).size(), 1U);
    EXPECT_TRUE(doubtsAfter(stays, 1, 1).empty());
    EXPECT_TRUE(doubtsAfter(afterGap, 1, 1).empty());
    EXPECT_TRUE(doubtsAfter(afterGap, {}, {}).empty());
}

TEST(Doubt, givesNobodyWhoLooksDifferentTheTrackOfSomebodyOutOfSight)
{
    Person first{[](double t) { return t < 2 ? std::optional(head(0.5, 0.4)) : std::nullopt; }, 1};
    Person second{[](double t) { return t < 3 ? std::nullopt : std::optional(head(0.5, 0.4)); }, 2};
    Stage stage({first, second});
    stage.run(0, 6);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_TRUE(stage.continues.empty());
}

TEST(Doubt, isNotRaisedByLightThatChangesSlowly)
{
    Tracker tracker;
    const TrackerRules rules;
    for (int sample = 0; sample < 300; ++sample) {
        Observation seen;
        seen.box = head(0.5, 0.4);
        seen.appearance = looksOf(1);
        blend(*seen.appearance, looksOf(2), sample / 300.0);
        EXPECT_TRUE(tracker.update(at(sample / 5.0), {seen}, rules).doubted.empty()) << sample;
    }
}
