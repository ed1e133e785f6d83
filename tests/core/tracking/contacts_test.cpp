// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/contacts.cpp, association.cpp and assignment.cpp through the tracker
#include "core/tracking/contacts.h"
#include "stage.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace ooto::test;

namespace
{

/** Two who walk towards each other, the second behind; they meet at 2 s. */
std::vector<Person> crossing(bool looks, double dy = 0, double size = 0.06)
{
    Person left{[](double t) { return head(0.2 + 0.12 * t, 0.4); }};
    Person right{[=](double t) { return head(0.68 - 0.12 * t, 0.4 + dy, size); }};
    if (looks) {
        left.looks = 1;
        right.looks = 2;
    }
    return {left, right};
}

/** Two who meet at 2 s, one hiding the other for a moment, and turn back. */
std::vector<Person> meeting(bool looks)
{
    const auto way = [](double t) { return std::max(0.015, std::abs(0.12 * (t - 2))); };
    Person left{[=](double t) { return head(0.44 - way(t), 0.4); }};
    Person right{[=](double t) { return head(0.44 + way(t), 0.4); }};
    if (looks) {
        left.looks = 1;
        right.looks = 2;
    }
    return {left, right};
}

} // namespace

TEST(Contacts, keepFacesApartThatCrossHidden)
{
    for (const double offset : {0.0, 0.05, 0.1, 0.15}) {
        Stage stage(crossing(true));
        stage.run(offset, 4);
        EXPECT_TRUE(stage.oneTrackEach()) << offset;
        EXPECT_FALSE(stage.mistaken()) << offset;
        EXPECT_TRUE(stage.asked.empty()) << offset;
        EXPECT_TRUE(stage.inDoubt().empty()) << offset;
    }
}

TEST(Contacts, keepFacesApartThatCrossHiddenAlsoWithoutLooksButDoubtIt)
{
    Stage stage(crossing(false));
    stage.run(0, 4);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_EQ(stage.doubted.size(), 2U);
}

TEST(Contacts, doNotDoubtWhoCrossesInPlainSight)
{
    for (const bool looks : {false, true}) {
        Stage stage(crossing(looks, 0.14));
        stage.run(0, 4);
        EXPECT_TRUE(stage.oneTrackEach());
        EXPECT_TRUE(stage.doubted.empty());
    }
}

TEST(Contacts, keepFacesApartOfDifferentSizes)
{
    Stage stage(crossing(false, 0, 0.03));
    stage.run(0, 4);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_FALSE(stage.mistaken());
}

TEST(Contacts, keepTheNamesOfTwoWhoMeetAndTurnBack)
{
    for (const double offset : {0.0, 0.05, 0.1, 0.15}) {
        Stage stage(meeting(true));
        stage.run(offset, 4);
        EXPECT_EQ(stage.ids[0].front(), stage.ids[0].back()) << offset;
        EXPECT_EQ(stage.ids[1].front(), stage.ids[1].back()) << offset;
        EXPECT_FALSE(stage.mistaken()) << offset;
        EXPECT_TRUE(stage.asked.empty()) << offset;
        EXPECT_TRUE(stage.inDoubt().empty()) << offset;
    }
}

TEST(Contacts, doubtTwoWhoMeetAndMayHaveTurnedBack)
{
    for (const double offset : {0.0, 0.05, 0.1, 0.15}) {
        Stage stage(meeting(false));
        stage.run(offset, 4);
        EXPECT_EQ(stage.doubted.size(), 2U) << offset;
    }
}

TEST(Contacts, doubtWhoeverIsLeftWhenTheOtherIsGone)
{
    auto people = meeting(false);
    people[1].path = [path = people[1].path](double t) {
        return t < 1.9 ? path(t) : std::optional<Box>();
    };
    Stage stage(people);
    stage.run(0, 5);
    EXPECT_EQ(stage.asked, std::set<TrackId>{stage.ids[0].back()});
}

TEST(Contacts, doNotDoubtTwoWhoSitCloseAndLookAwayNowAndThen)
{
    Person left{[](double t) -> std::optional<Box> {
                    return std::fmod(t, 7) < 0.5 ? std::nullopt : std::optional(head(0.40, 0.4));
                },
                1};
    Person right{[](double t) -> std::optional<Box> {
                     return std::fmod(t, 5) < 0.5 ? std::nullopt : std::optional(head(0.45, 0.4));
                 },
                 2};
    Stage stage({left, right});
    stage.run(1, 60);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_FALSE(stage.mistaken());
    EXPECT_TRUE(stage.asked.empty());
}

TEST(Contacts, showNoNameWhileTheyAreNotSettled)
{
    // Two of one face's width who meet at any moment of the sampling, without any looks to tell
    // them apart: for none of the samples may one be taken for the other.
    for (int start = 0; start < 200; ++start) {
        Stage meet(meeting(false), 0.035);
        meet.run(start * 0.001, 4);
        EXPECT_FALSE(meet.mistaken()) << start;
        Stage cross(crossing(false), 0.035);
        cross.run(start * 0.001, 4);
        EXPECT_FALSE(cross.mistaken()) << start;
    }
}

TEST(Contacts, keepThreeApart)
{
    auto people = crossing(true);
    people.push_back({[](double t) { return head(0.44, 0.2 + 0.1 * t, 0.055); }, 3});
    Stage stage(people);
    stage.run(0, 4.4);
    EXPECT_FALSE(stage.mistaken());
    for (const auto &ids : stage.ids)
        EXPECT_EQ(ids.front(), ids.back());
}

TEST(Contacts, giveBackTheirFacesToTwoWhoWereMistakenForEachOther)
{
    std::vector<Track> tracks;
    std::vector<Observation> seen;
    std::mt19937 random(1);
    for (const unsigned who : {0U, 1U}) {
        const Motion motion(at(1), head(0.4 + 0.1 * who, 0.4));
        tracks.emplace_back(motion, who + 1);
        tracks[who].id = static_cast<TrackId>(who + 1);
        tracks[who].state = Track::State::Confirmed;
        tracks[who].continuity.see({{at(0.6), textureOf(who, random), looksOf(who)}});
        tracks[who].contacts.push_back({2 - who, at(0.8), motion, true, true});
        seen.push_back({});
        seen[who].box = motion.lastBox();
        seen[who].appearance = looksOf(1 - who);
        seen[who].texture = textureOf(1 - who, random);
    }
    Association found{{0, 1}, {0, 1}};
    settleContacts(tracks, seen, found, {at(1), at(0.2)});
    EXPECT_EQ(found.observationOf[0], 1U);
    EXPECT_EQ(found.trackOf[0], 1U);
    EXPECT_NEAR(tracks[0].motion.lastBox().centre().x, 0.5, 1e-9);
    EXPECT_EQ(tracks[0].id, 1);
    EXPECT_TRUE(tracks[0].contacts.empty());
}
