// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/doubt.cpp and continuity.cpp through the tracker
#include "stage.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace ooto::test;

namespace
{

/** Whoever sits there for two seconds, and whoever is where `then` says afterwards. */
Stage after(const std::function<std::optional<Box>(double)> &then, std::optional<unsigned> looks,
            std::optional<unsigned> laterLooks)
{
    Person first{[](double t) { return t < 2 ? std::optional(head(0.5, 0.4)) : std::nullopt; },
                 looks};
    Person second{[=](double t) { return t < 2 ? std::nullopt : then(t); }, laterLooks};
    return Stage({first, second}, 0.02);
}

const auto larger = [](double) { return head(0.5, 0.4, 0.06 * 1.5); };
const auto stays = [](double) { return head(0.5, 0.4); };
const auto afterGap = [](double t) {
    return t < 2.8 ? std::nullopt : std::optional(head(0.5, 0.4));
};

} // namespace

TEST(Doubt, isRaisedWhereAnAreaDoublesUnlessItIsProvenTheSame)
{
    for (const auto &[looks, later, asked] :
         {std::tuple(std::optional<unsigned>(), std::optional<unsigned>(), true),
          std::tuple(std::optional(1U), std::optional(2U), true),
          std::tuple(std::optional(1U), std::optional(1U), false)}) {
        Stage stage = after(larger, looks, later);
        stage.run(0, 4);
        EXPECT_EQ(stage.asked.size(), asked ? 1U : 0U);
        if (looks != later || !looks) {
            EXPECT_FALSE(stage.mistaken());
        }
    }
}

TEST(Doubt, isRaisedAtTheFirstSampleOfSomebodyElse)
{
    for (unsigned who = 2; who < 42; ++who) {
        Stage stage = after(stays, 1, who);
        stage.run(0, 4);
        EXPECT_FALSE(stage.mistaken()) << who;
        EXPECT_EQ(stage.asked.size(), 1U) << who;
    }
}

TEST(Doubt, afterAGapIsRaisedUnlessTheFaceIsProvenTheSame)
{
    for (unsigned who = 2; who < 22; ++who) {
        Stage stage = after(afterGap, 1, who);
        stage.run(0, 6);
        EXPECT_FALSE(stage.mistaken()) << who;
    }
    Stage same = after(afterGap, 1, 1);
    same.run(0, 4);
    EXPECT_TRUE(same.asked.empty());
    EXPECT_TRUE(same.inDoubt().empty());
    // Nobody can tell without looks.
    Stage blind = after(afterGap, {}, {});
    blind.run(0, 4);
    EXPECT_EQ(blind.asked.size(), 1U);
}

TEST(Doubt, isLatchedUntilTheFirstOneIsBack)
{
    // Somebody else for 0.4 s, who is never asked about; then the first one again.
    const auto between = [](double t) { return t >= 2 && t < 2.4; };
    Person first{
        [=](double t) { return between(t) ? std::nullopt : std::optional(head(0.5, 0.4)); }, 1};
    Person second{
        [=](double t) { return between(t) ? std::optional(head(0.5, 0.4)) : std::nullopt; }, 2};
    Stage stage({first, second}, 0.02);
    stage.run(0, 4);
    EXPECT_TRUE(stage.oneTrackEach() || stage.tracksOf(0).size() == 1);
    EXPECT_FALSE(stage.mistaken());
    EXPECT_TRUE(stage.asked.empty());
    EXPECT_TRUE(stage.inDoubt().empty());
}

TEST(Doubt, isNoticedAlsoWhereTheFaceIsOnlyWeaklyDetected)
{
    Person first{[](double t) { return t < 2 ? std::optional(head(0.5, 0.4)) : std::nullopt; }, 1};
    Person second{[](double t) { return t < 2 ? std::nullopt : std::optional(head(0.5, 0.4)); }, 2,
                  [](double) { return true; }};
    Stage stage({first, second}, 0.02);
    stage.run(0, 6);
    EXPECT_FALSE(stage.mistaken());
}

TEST(Doubt, whereSamplesAreRareEachHasToBeProven)
{
    for (const double interval : {0.2, 1.0, 2.0, 30.0}) {
        std::vector<Person> people;
        for (unsigned who = 0; who < 20; ++who)
            people.push_back({[=](double t) {
                                  return t >= who * interval * 3 && t < (who + 1) * interval * 3
                                             ? std::optional(head(0.5, 0.4))
                                             : std::nullopt;
                              },
                              who});
        Stage stage(people, 0.02);
        stage.run(0, 60 * interval, interval);
        EXPECT_FALSE(stage.mistaken()) << interval;
    }
}

TEST(Doubt, givesNobodyTheTrackOfSomebodyOutOfSight)
{
    Person first{[](double t) { return t < 2 ? std::optional(head(0.5, 0.4)) : std::nullopt; }, 1};
    Person second{[](double t) { return t < 3 ? std::nullopt : std::optional(head(0.5, 0.4)); }, 2};
    Stage stage({first, second});
    stage.run(0, 6);
    EXPECT_FALSE(stage.mistaken());
    EXPECT_TRUE(stage.continues.empty());
}

TEST(Doubt, isNotRaisedByColoursThatChangeSlowly)
{
    Tracker tracker;
    std::mt19937 random(1);
    for (int sample = 0; sample < 300; ++sample) {
        Observation seen;
        seen.box = head(0.5, 0.4);
        seen.texture = textureOf(1, random);
        seen.appearance = looksOf(1);
        blend(*seen.appearance, looksOf(2), sample / 300.0);
        tracker.update(at(sample / 5.0), {seen}, {});
        EXPECT_TRUE(tracker.tracks().at(0).continuity.certain()) << sample;
    }
}

TEST(Doubt, isNotRaisedByALampThatIsSwitchedOn)
{
    Tracker tracker;
    std::mt19937 random(1);
    for (int sample = 0; sample < 100; ++sample) {
        Observation seen;
        seen.box = head(0.5, 0.4);
        seen.texture = textureOf(1, random);
        seen.appearance = sample < 50 ? spots(1) : spots(2);
        tracker.update(at(sample / 5.0), {seen}, {}, {.light = sample < 50 ? 60.0 : 120.0});
        EXPECT_TRUE(tracker.tracks().at(0).continuity.certain()) << sample;
    }
}

TEST(Doubt, whoeverIsSeenFirstInADoubtThatSawNothingIsSomebodyElse)
{
    // Somebody, then a dark room in which nothing is told, then somebody else: asked about anew,
    // whatever the service said of the dark room.
    std::mt19937 random(1);
    Continuity continuity(1);
    continuity.see({.look = {.time = at(0), .texture = textureOf(1, random)}});
    continuity.see({.look = {.time = at(0.2), .texture = textureOf(1, random)}});
    EXPECT_TRUE(continuity.certain());
    for (double time = 0.4; time < 2; time += 0.2)
        continuity.see({.look = {.time = at(time)}});
    EXPECT_FALSE(continuity.certain());
    const PersonId dark = continuity.person();
    continuity.see({.look = {.time = at(2), .texture = textureOf(2, random)}});
    EXPECT_FALSE(continuity.person() == dark);
}

TEST(Doubt, anotherPictureEndsEverything)
{
    Stage stage({{[](double) { return head(0.5, 0.4); }, 1}});
    stage.run(0, 2);
    stage.look(2, {.another = true});
    EXPECT_EQ(stage.ended.size(), 1U);
    stage.run(2.2, 4);
    EXPECT_EQ(stage.tracksOf(0).size(), 2U);
    EXPECT_TRUE(stage.continues.empty()) << "nobody is relinked over a cut";
}

TEST(Doubt, aPictureThatMayBeAnotherOneAsksForProof)
{
    for (unsigned who = 1; who < 22; ++who) {
        Stage stage = after(stays, 1, who);
        stage.run(0, 2);
        stage.look(2, {.gap = true});
        stage.run(2.2, 3);
        EXPECT_EQ(stage.mistaken(), who == 1) << who;
        EXPECT_EQ(stage.inDoubt().empty(), who == 1) << who;
    }
}
