// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/retry_schedule.h"

#include <gtest/gtest.h>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;
class RetryScheduleTest : public testing::Test
{
protected:
    std::optional<RetryPause> ended(Outcome outcome,
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

TEST_F(RetryScheduleTest, whatMayPassIsTriedAgainForEver)
{
    for (const Outcome outcome :
         {Outcome::Timeout, Outcome::Unreachable, Outcome::ServerError, Outcome::RateLimited}) {
        std::chrono::milliseconds soFar{0};
        for (int failures = 1; failures <= 100; ++failures) {
            const auto retry = ended(outcome);
            ASSERT_TRUE(retry);
            EXPECT_LE(retry->pause, std::min<std::chrono::milliseconds>(soFar + 500ms, 30s));
            EXPECT_EQ(retry->endsWithTrouble, failures <= 2) << failures;
            soFar += retry->pause;
        }
        schedule_.beginAnew();
    }
}

TEST_F(RetryScheduleTest, whatIsAboutThePhotoIsNotSentAgain)
{
    for (const Outcome outcome :
         {Outcome::Answered, Outcome::Refused, Outcome::TooLarge, Outcome::Cancelled})
        EXPECT_FALSE(ended(outcome));
}

TEST_F(RetryScheduleTest, whatOnlyPeopleCanMendWaitsForThem)
{
    for (const Outcome outcome : {Outcome::Unauthorized, Outcome::WrongEndpoint,
                                  Outcome::Redirected, Outcome::BadCertificate}) {
        for (int failures = 1; failures <= 10; ++failures) {
            const auto retry = ended(outcome);
            ASSERT_TRUE(retry);
            EXPECT_EQ(retry->pause, 30s);
            EXPECT_TRUE(retry->endsWithTrouble);
        }
    }
}

TEST_F(RetryScheduleTest, anAnswerEndsTheRow)
{
    for (int failures = 0; failures < 10; ++failures)
        ended(Outcome::Timeout);
    ended(Outcome::Refused);
    EXPECT_LE(ended(Outcome::Timeout)->pause, 500ms);
}

TEST_F(RetryScheduleTest, followsTheSettings)
{
    rules_ = {0, {}};
    EXPECT_FALSE(ended(Outcome::Timeout)->endsWithTrouble);
    schedule_.beginAnew();
    rules_ = {50, {100ms, 1s}};
    std::chrono::milliseconds longest{0};
    for (unsigned i = 1; i <= 50; ++i) {
        const auto retry = ended(Outcome::Timeout);
        EXPECT_TRUE(retry->endsWithTrouble) << i;
        longest = std::max(longest, retry->pause);
    }
    EXPECT_GT(longest, 500ms);
    EXPECT_LE(longest, 1s);
    EXPECT_FALSE(ended(Outcome::Timeout)->endsWithTrouble);
}

TEST_F(RetryScheduleTest, waitsAsLongAsTheServiceAsksUpToAnHour)
{
    EXPECT_EQ(ended(Outcome::RateLimited, 90s)->pause, 90s);
    EXPECT_EQ(ended(Outcome::ServerError, 5h)->pause, 1h);
}

TEST_F(RetryScheduleTest, a200ThatIsNoAnswerIsTriedOnceMoreThenRarely)
{
    EXPECT_LE(ended(Outcome::NoAnswer)->pause, 500ms);
    ended(Outcome::Timeout);
    const std::chrono::minutes pauses[] = {1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min};
    bool first = true;
    for (const auto pause : pauses) {
        const auto retry = ended(Outcome::NoAnswer);
        EXPECT_EQ(retry->pause, pause);
        EXPECT_EQ(retry->endsWithTrouble, first) << "that others are answered counts once";
        first = false;
    }
}

} // namespace
} // namespace ooto::core
