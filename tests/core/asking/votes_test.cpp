// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/votes.cpp
#include "core/asking/votes.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace ooto::core;

namespace
{

Ballot vote(const char *who, double similarity)
{
    Answer answer;
    if (who)
        answer.templateId = who;
    answer.similarity = similarity;
    Ballot ballot;
    ballot.answer = std::make_shared<const Answer>(answer);
    return ballot;
}

Ballot notLive(const char *who)
{
    Answer answer;
    answer.templateId = who;
    answer.similarity = 0.9;
    answer.liveness = Judgement{0.1, false};
    Ballot ballot;
    ballot.answer = std::make_shared<const Answer>(answer);
    return ballot;
}

/** Asked for and said: 'y'es, 'n'o, or nothing but a score ('-'). */
Ballot verdict(char said, bool deepfake)
{
    Answer answer;
    answer.templateId = "a";
    answer.similarity = 0.9;
    const Judgement judgement{0.9, said == '-' ? std::nullopt : std::optional(said == 'y')};
    (deepfake ? answer.deepfake : answer.liveness) = judgement;
    Ballot ballot;
    ballot.answer = std::make_shared<const Answer>(answer);
    (deepfake ? ballot.askedDeepfake : ballot.askedLiveness) = true;
    return ballot;
}

struct Row {
    const char *said; ///< in any order
    Status status;    ///< should no other answer come
    bool open;        ///< another one is worth having
};

constexpr Row table[] = {
    {"y", Status::Identified, false},   {"n", Status::Spoof, true},
    {"-", Status::Unavailable, true},   {"yy", Status::Identified, false},
    {"ny", Status::Spoof, true},        {"-y", Status::Identified, false},
    {"nn", Status::Spoof, false},       {"-n", Status::Spoof, true},
    {"--", Status::Unavailable, false}, {"nyy", Status::Identified, false},
    {"nny", Status::Spoof, false},      {"-ny", Status::Spoof, true},
    {"-nn", Status::Spoof, false},      {"--n", Status::Spoof, true},
    {"--y", Status::Identified, false}, {"---", Status::Unavailable, false},
    {"nnyy", Status::Spoof, true},
};

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

TEST(Votes, takesWhatWasNotAskedForAsItIsSaid)
{
    Votes votes;
    votes.add(vote("a", 0.9), 0.75);
    EXPECT_EQ(votes.status(), Status::Identified);
    votes.add(notLive("a"), 0.75);
    votes.add(notLive("a"), 0.75);
    EXPECT_EQ(votes.status(), Status::Spoof);
}

TEST(Votes, goesByTheTableOfVerdicts)
{
    for (const Row &row : table) {
        std::string order = row.said;
        std::sort(order.begin(), order.end());
        do {
            for (const bool deepfake : {false, true}) {
                Votes votes;
                for (const char said : order)
                    votes.add(verdict(said, deepfake), 0.75);
                EXPECT_EQ(votes.status(), row.status) << order;
                EXPECT_EQ(votes.needAnotherOpinion(), row.open) << order;
                EXPECT_EQ(votes.leading() != nullptr, row.status != Status::Unavailable) << order;
            }
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST(Votes, wantsAVerdictOfEachThatWasAskedFor)
{
    Answer half;
    half.templateId = "a";
    half.similarity = 0.9;
    half.liveness = Judgement{0.9, true};
    Ballot ballot;
    ballot.answer = std::make_shared<const Answer>(half);
    ballot.askedLiveness = ballot.askedDeepfake = true;
    Votes votes;
    votes.add(ballot, 0.75);
    EXPECT_EQ(votes.status(), Status::Unavailable) << "nothing was said about deepfake";
}

TEST(Votes, staysSmallHoweverManyPeopleAreClaimed)
{
    Votes votes;
    for (int i = 0; i < 1000; ++i)
        votes.add(vote(std::to_string(i).c_str(), 0.76), 0.75);
    votes.add(vote("3", 0.76), 0.75);
    EXPECT_EQ(*votes.leading()->answer->templateId, "3");
}
