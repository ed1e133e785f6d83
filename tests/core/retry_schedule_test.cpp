// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/retry_schedule.h"

#include <gtest/gtest.h>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;
using Next = RetryDecision::Next;

class RetryScheduleTest : public testing::Test
{
protected:
    RetryDecision ended(Outcome outcome,
                        std::optional<std::chrono::seconds> retryAfter = std::nullopt)
    {
        Reply reply;
        reply.outcome = outcome;
        reply.retryAfter = retryAfter;
        return schedule_.ended(reply, rules_);
    }

    RetryRules rules_;
    RetrySchedule schedule_{1};
};

TEST_F(RetryScheduleTest, WhatMayPassIsTriedTwiceMore)
{
    for (const Outcome outcome :
         {Outcome::Timeout, Outcome::Unreachable, Outcome::ServerError, Outcome::RateLimited}) {
        EXPECT_EQ(ended(outcome).next, Next::Again);
        EXPECT_EQ(ended(outcome).next, Next::Again);
        EXPECT_EQ(ended(outcome).next, Next::WhenServiceIsBack);
        EXPECT_EQ(ended(outcome).next, Next::Again) << "then it begins anew";
        schedule_.beginAnew();
    }
}

TEST_F(RetryScheduleTest, WhatIsAboutThePhotoIsNotSentAgain)
{
    for (const Outcome outcome :
         {Outcome::Answered, Outcome::Refused, Outcome::TooLarge, Outcome::Cancelled})
        EXPECT_EQ(ended(outcome).next, Next::Done);
}

TEST_F(RetryScheduleTest, WhatOnlyPeopleCanMendWaitsForTheService)
{
    for (const Outcome outcome : {Outcome::Unauthorized, Outcome::WrongEndpoint,
                                  Outcome::Redirected, Outcome::BadCertificate})
        EXPECT_EQ(ended(outcome).next, Next::WhenServiceIsBack);
}

TEST_F(RetryScheduleTest, AnAnswerEndsTheRow)
{
    ended(Outcome::Timeout);
    ended(Outcome::Timeout);
    ended(Outcome::Refused);
    EXPECT_EQ(schedule_.failuresInARow(), 0U);
    EXPECT_EQ(ended(Outcome::Timeout).next, Next::Again);
}

TEST_F(RetryScheduleTest, FollowsTheSettings)
{
    rules_ = {0, {}};
    EXPECT_EQ(ended(Outcome::Timeout).next, Next::WhenServiceIsBack);
    rules_ = {50, {100ms, 1s}};
    std::chrono::milliseconds longest{0};
    for (unsigned i = 1; i <= 50; ++i) {
        const RetryDecision decision = ended(Outcome::Timeout);
        EXPECT_EQ(decision.next, Next::Again) << i;
        EXPECT_LE(decision.pause, longestPause(rules_.backoff, i)) << i;
        longest = std::max(longest, decision.pause);
    }
    EXPECT_GT(longest, 500ms);
    EXPECT_EQ(ended(Outcome::Timeout).next, Next::WhenServiceIsBack);
}

TEST_F(RetryScheduleTest, WaitsAsLongAsTheServiceAsksUpToAnHour)
{
    EXPECT_EQ(ended(Outcome::RateLimited, 90s).pause, 90s);
    EXPECT_EQ(ended(Outcome::ServerError, 5h).pause, 1h);
}

TEST_F(RetryScheduleTest, ATrackGetsOneMoreTryAfterA200ThatIsNoAnswer)
{
    EXPECT_EQ(ended(Outcome::NoAnswer).next, Next::Again);
    ended(Outcome::Timeout);
    schedule_.beginAnew();
    EXPECT_EQ(ended(Outcome::NoAnswer).next, Next::Never);
    EXPECT_EQ(ended(Outcome::NoAnswer).next, Next::Never);
}

} // namespace
} // namespace ooto::core
