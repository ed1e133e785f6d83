// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/presence.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace ooto::core
{

namespace
{

using Names = std::vector<std::string>;

constexpr Presence::WallTime noon{1700000000s};

Presence::Sighting identified(const std::string &person, const std::string &visit = {})
{
    return {.status = Status::Identified,
            .person = person,
            .name = "Name of " + person,
            .visit = visit};
}

Presence::Sighting nobody(Status status = Status::Pending, const std::string &visit = {})
{
    return {.status = status, .person = {}, .name = {}, .visit = visit};
}

Names namesAt(const Presence &presence, const std::string &camera = "door")
{
    return presence.summary(camera).names;
}

} // namespace

TEST(Presence, facesCountByTheirTracks)
{
    Presence presence;
    presence.see("door", 1, nobody(), 1s, noon);
    presence.see("door", 2, nobody(Status::Unknown), 1s, noon);
    presence.see("door", 3, nobody(Status::Spoof), 1s, noon);
    presence.see("door", 4, identified("a"), 1s, noon);
    presence.see("yard", 5, nobody(Status::Unknown), 1s, noon);
    auto summary = presence.summary("door");
    EXPECT_EQ(summary.count, 4U);
    EXPECT_EQ(summary.unknown, 1U);
    EXPECT_EQ(summary.spoof, 1U);
    EXPECT_EQ(summary.names, Names{"Name of a"});

    presence.end("door", 2, nobody(Status::Unknown), 2s, noon);
    presence.end("door", 4, identified("a"), 2s, noon);
    summary = presence.summary("door");
    EXPECT_EQ(summary.count, 2U);
    EXPECT_EQ(summary.unknown, 0U);
    EXPECT_EQ(presence.summary("yard").count, 1U);
    EXPECT_EQ(presence.summary("attic").count, 0U);
}

TEST(Presence, nameStaysForTheHoldAfterTheLastEnd)
{
    Presence presence;
    presence.setHold(10s);
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.advance(1h);
    EXPECT_EQ(namesAt(presence), Names{"Name of a"}) << "in view for an hour";
    presence.see("door", 2, identified("a"), 3600s, noon);
    presence.end("door", 1, identified("a"), 3601s, noon);
    presence.advance(3700s);
    EXPECT_EQ(namesAt(presence), Names{"Name of a"}) << "another track has him";
    presence.end("door", 2, identified("a"), 3700s, noon);
    ASSERT_EQ(presence.nextChange(), Presence::Time(3710s));
    presence.advance(3710s - 1ms);
    EXPECT_EQ(namesAt(presence).size(), 1U);
    presence.advance(3710s);
    EXPECT_TRUE(namesAt(presence).empty());
    EXPECT_EQ(presence.placeOf("a"), "");
}

TEST(Presence, comingBackInTimeLeavesTheNameInItsPlace)
{
    Presence presence;
    presence.setHold(10s);
    presence.see("door", 1, identified("b"), 1s, noon);
    presence.see("door", 2, identified("a"), 2s, noon);
    presence.end("door", 1, identified("b"), 3s, noon);
    presence.see("door", 3, identified("b"), 5s, noon);
    presence.advance(100s);
    EXPECT_EQ(namesAt(presence), (Names{"Name of b", "Name of a"}));
}

TEST(Presence, withoutAHoldNamesLeaveAtOnce)
{
    Presence presence;
    presence.setHold(0s);
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.end("door", 1, identified("a"), 2s, noon);
    EXPECT_TRUE(namesAt(presence).empty());
}

TEST(Presence, nameThatIsTakenBackLeavesAtOnce)
{
    Presence presence;
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.see("door", 1, identified("b"), 2s, noon);
    EXPECT_EQ(namesAt(presence), Names{"Name of b"});
    presence.see("door", 1, nobody(), 3s, noon);
    EXPECT_TRUE(namesAt(presence).empty());
    EXPECT_FALSE(presence.summary("door").last) << "it was not he";
    EXPECT_EQ(presence.summary("door").count, 1U);
}

TEST(Presence, nameThatIsTakenBackStaysWhereAnotherTrackHadIt)
{
    Presence presence;
    presence.setHold(100s);
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.end("door", 1, identified("a"), 2s, noon);
    presence.see("door", 2, identified("a"), 3s, noon);
    presence.see("door", 2, identified("b"), 4s, noon);
    EXPECT_EQ(namesAt(presence), (Names{"Name of a", "Name of b"}));
    presence.advance(102s);
    EXPECT_EQ(namesAt(presence), Names{"Name of b"});
}

TEST(Presence, endOfATrackNobodyToldOfHoldsItsName)
{
    Presence presence;
    presence.setHold(10s);
    presence.end("door", 1, identified("a"), 1s, noon);
    EXPECT_EQ(namesAt(presence), Names{"Name of a"});
    EXPECT_EQ(presence.summary("door").count, 0U);
    presence.advance(11s);
    EXPECT_TRUE(namesAt(presence).empty());
}

TEST(Presence, endCanTakeBackTheName)
{
    Presence presence;
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.end("door", 1, nobody(Status::Spoof), 2s, noon);
    EXPECT_TRUE(namesAt(presence).empty());
}

TEST(Presence, personIsWhereHeWasIdentifiedLast)
{
    Presence presence;
    presence.setHold(10s);
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.see("yard", 2, identified("a"), 2s, noon);
    EXPECT_EQ(presence.placeOf("a"), "yard");
    presence.see("door", 1, identified("a"), 3s, noon);
    EXPECT_EQ(presence.placeOf("a"), "yard") << "nothing new at the door";
    presence.end("yard", 2, identified("a"), 4s, noon);
    presence.advance(13s);
    EXPECT_EQ(presence.placeOf("a"), "yard");
    presence.advance(14s);
    EXPECT_EQ(presence.placeOf("a"), "door");
    presence.end("door", 1, identified("a"), 20s, noon);
    presence.advance(30s);
    EXPECT_EQ(presence.placeOf("a"), "");
}

TEST(Presence, lastEndsWithItsTime)
{
    Presence presence;
    presence.setHold(10s);
    presence.setKeepLast(2h);
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.end("door", 1, identified("a"), 2s, noon + 1s);
    presence.advance(1min);
    ASSERT_TRUE(presence.summary("door").last);
    EXPECT_EQ(presence.summary("door").last->name, "Name of a");
    EXPECT_EQ(presence.summary("door").last->time, noon);
    EXPECT_EQ(presence.nextChange(), Presence::Time(2h + 1s));
    presence.advance(2h + 1s);
    EXPECT_FALSE(presence.summary("door").last);
    EXPECT_FALSE(presence.nextChange());
}

TEST(Presence, lastIsNotKeptAtAll)
{
    Presence presence;
    presence.setKeepLast(0h);
    presence.see("door", 1, identified("a"), 1s, noon);
    EXPECT_FALSE(presence.summary("door").last);
}

TEST(Presence, lateAnswerCountsFromTheEnd)
{
    Presence presence;
    presence.setHold(10s);
    presence.see("door", 1, nobody(), 1s, noon);
    presence.end("door", 1, nobody(), 2s, noon);
    presence.learnLate("door", 1, identified("a"), 7s, noon);
    EXPECT_EQ(namesAt(presence), Names{"Name of a"});
    EXPECT_EQ(presence.summary("door").count, 0U);
    presence.advance(12s);
    EXPECT_TRUE(namesAt(presence).empty());
}

TEST(Presence, lateAnswerAfterTheHoldIsLastOnly)
{
    Presence presence;
    presence.setHold(10s);
    presence.see("door", 1, nobody(), 1s, noon);
    presence.end("door", 1, nobody(), 2s, noon);
    presence.advance(12s);
    presence.learnLate("door", 1, identified("a"), 13s, noon);
    EXPECT_TRUE(namesAt(presence).empty());
    ASSERT_TRUE(presence.summary("door").last);
    EXPECT_EQ(presence.summary("door").last->name, "Name of a");
}

TEST(Presence, forgottenPersonLeavesAndDoesNotComeBackByOldTracks)
{
    Presence presence;
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.see("door", 2, nobody(), 1s, noon);
    presence.end("door", 2, nobody(), 2s, noon);
    presence.see("door", 3, identified("b"), 2s, noon);
    presence.see("yard", 4, identified("a"), 2s, noon);
    presence.forget("a", {}, 3s);
    EXPECT_EQ(namesAt(presence), Names{"Name of b"});
    EXPECT_TRUE(namesAt(presence, "yard").empty());
    EXPECT_FALSE(presence.summary("yard").last);
    EXPECT_TRUE(presence.summary("door").last) << "somebody else's";

    presence.see("door", 1, identified("a"), 4s, noon);
    presence.learnLate("door", 2, identified("a"), 4s, noon);
    presence.end("yard", 4, identified("a"), 4s, noon);
    EXPECT_EQ(namesAt(presence), Names{"Name of b"});
    EXPECT_TRUE(namesAt(presence, "yard").empty());

    presence.see("door", 9, identified("a"), 5s, noon);
    EXPECT_EQ(namesAt(presence).size(), 2U) << "the service knows him anew";
}

TEST(Presence, forgottenVisitLeavesOthersOfThePerson)
{
    Presence presence;
    presence.see("door", 1, identified("a", "visit-1"), 1s, noon);
    presence.see("yard", 2, identified("a", "visit-2"), 2s, noon);
    presence.forget({}, "visit-1", 3s);
    EXPECT_TRUE(namesAt(presence).empty());
    EXPECT_EQ(namesAt(presence, "yard"), Names{"Name of a"});
    presence.forget({}, {}, 3s);
    EXPECT_EQ(namesAt(presence, "yard"), Names{"Name of a"}) << "an empty text is nobody";
}

TEST(Presence, forgottenVisitLeavesTheTrackOfAnotherAtTheSameCamera)
{
    Presence presence;
    presence.see("door", 1, identified("a", "visit-1"), 1s, noon);
    presence.see("door", 2, identified("a", "visit-2"), 1s, noon);
    presence.forget({}, "visit-2", 3s);
    EXPECT_EQ(namesAt(presence), Names{"Name of a"});
}

TEST(Presence, saysWhetherSomethingChanged)
{
    Presence presence;
    EXPECT_TRUE(presence.see("door", 1, nobody(), 1s, noon));
    EXPECT_FALSE(presence.see("door", 1, nobody(), 2s, noon));
    EXPECT_TRUE(presence.see("door", 1, identified("a"), 3s, noon));
    EXPECT_FALSE(presence.see("door", 1, identified("a"), 4s, noon));
}

TEST(Presence, newNameOfAPersonIsTakenOver)
{
    Presence presence;
    presence.see("door", 1, identified("a"), 1s, noon);
    auto renamed = identified("a");
    renamed.name = "Anna";
    EXPECT_TRUE(presence.see("door", 1, renamed, 2s, noon));
    EXPECT_EQ(namesAt(presence), Names{"Anna"});
    EXPECT_EQ(presence.summary("door").last->name, "Anna");
}

TEST(Presence, someoneEnrolledTwiceIsNamedOnce)
{
    Presence presence;
    auto first = identified("a");
    auto second = identified("b");
    first.name = second.name = "Anna";
    presence.see("door", 1, first, 1s, noon);
    presence.see("door", 2, second, 1s, noon);
    EXPECT_EQ(namesAt(presence), Names{"Anna"});
}

TEST(Presence, droppedCameraTakesItsFacesAlong)
{
    Presence presence;
    presence.see("door", 1, identified("a"), 1s, noon);
    presence.dropCamera("door");
    EXPECT_EQ(presence.summary("door").count, 0U);
    EXPECT_EQ(presence.placeOf("a"), "");
    EXPECT_FALSE(presence.nextChange());
}

} // namespace ooto::core
