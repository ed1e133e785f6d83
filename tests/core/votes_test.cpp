// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/votes.cpp
#include "core/votes.h"

#include <gtest/gtest.h>

using namespace ooto::core;

namespace
{

Ballot vote(const char *who, double similarity)
{
    Answer answer;
    if (who)
        answer.templateId = who;
    answer.similarity = similarity;
    return {std::make_shared<const Answer>(answer), std::nullopt, std::nullopt};
}

Ballot notLive(const char *who)
{
    Answer answer;
    answer.templateId = who;
    answer.similarity = 0.9;
    answer.liveness = Judgement{0.1, false};
    return {std::make_shared<const Answer>(answer), std::nullopt, std::nullopt};
}

} // namespace

TEST(Votes, hasNoStatusWithoutAny)
{
    const Votes votes;
    EXPECT_TRUE(votes.empty());
    EXPECT_EQ(votes.status(), Status::Pending);
    EXPECT_EQ(votes.leading(), nullptr);
}

TEST(Votes, isNotTurnedByAnAnswerWithoutAMatch)
{
    Votes votes;
    votes.add(vote("a", 0.8), 0.75);
    votes.add(vote("b", 0.7), 0.75);
    votes.add(vote(nullptr, 0.1), 0.75);
    EXPECT_EQ(votes.status(), Status::Identified);
    EXPECT_EQ(*votes.leading()->answer->templateId, "a");
}

TEST(Votes, areCountedAgainAtAnotherThreshold)
{
    Votes votes;
    votes.add(vote("a", 0.8), 0.75);
    votes.add(vote("b", 0.7), 0.75);
    votes.add(vote("b", 0.65), 0.75);
    EXPECT_TRUE(votes.leading()->isMatch);
    votes.rejudge(0.6);
    EXPECT_EQ(votes.status(), Status::Identified);
    EXPECT_EQ(*votes.leading()->answer->templateId, "b") << "two against one now";
    votes.rejudge(0.9);
    EXPECT_EQ(votes.status(), Status::Unknown);
    EXPECT_EQ(*votes.leading()->answer->templateId, "a") << "the most similar one";
    EXPECT_FALSE(votes.leading()->isMatch);
    votes.rejudge(0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "a");
    EXPECT_EQ(votes.status(), Status::Identified) << "nothing was lost on the way";
}

TEST(Votes, countedAgainAreAsLiveAsBefore)
{
    Votes votes;
    votes.add(notLive("a"), 0.75);
    votes.add(notLive("a"), 0.75);
    votes.rejudge(0.95);
    EXPECT_EQ(votes.status(), Status::Spoof);
    EXPECT_FALSE(votes.leading()->isMatch);
    votes.rejudge(0.5);
    EXPECT_TRUE(votes.leading()->isMatch);
}

TEST(Votes, keepABoundedNumberToCountAgain)
{
    Votes votes;
    for (int i = 0; i < 40; ++i)
        votes.add(vote("before", 0.8), 0.75);
    for (int i = 0; i < 32; ++i)
        votes.add(vote("now", 0.8), 0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "before");
    votes.rejudge(0.7);
    EXPECT_EQ(*votes.leading()->answer->templateId, "now");
}

TEST(Votes, goesByTheMajorityAndThenByTheSimilarity)
{
    Votes votes;
    votes.add(vote("a", 0.95), 0.75);
    votes.add(vote("b", 0.8), 0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "a");
    votes.add(vote("b", 0.85), 0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "b");
    EXPECT_DOUBLE_EQ(*votes.leading()->answer->similarity, 0.85);
}

TEST(Votes, tellsTheBestSimilarityOfAnUnknownFace)
{
    Votes votes;
    votes.add(vote("a", 0.6), 0.75);
    votes.add(vote("b", 0.5), 0.75);
    EXPECT_EQ(votes.status(), Status::Unknown);
    EXPECT_DOUBLE_EQ(*votes.leading()->answer->similarity, 0.6);
}

TEST(Votes, wantsASecondOpinionOnlyAfterOneThatIsNotFine)
{
    Votes votes;
    votes.add(notLive("a"), 0.75);
    EXPECT_TRUE(votes.needSecondOpinion());
    EXPECT_EQ(votes.status(), Status::Spoof);
    votes.add(vote("a", 0.9), 0.75);
    EXPECT_FALSE(votes.needSecondOpinion());
    EXPECT_EQ(votes.status(), Status::Identified);
    votes.add(notLive("a"), 0.75);
    EXPECT_EQ(votes.status(), Status::Spoof);
}

TEST(Votes, staysSmallHoweverManyPeopleAreClaimed)
{
    Votes votes;
    for (int i = 0; i < 1000; ++i)
        votes.add(vote(std::to_string(i).c_str(), 0.76), 0.75);
    votes.add(vote("3", 0.76), 0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "3");
}
