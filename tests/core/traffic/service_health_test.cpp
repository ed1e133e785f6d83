// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/service_health.h"

#include <gtest/gtest.h>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;
using Clock = ServiceHealth::Clock;

Reply replyOf(Outcome outcome, std::optional<std::chrono::seconds> retryAfter = std::nullopt)
{
    Reply reply;
    reply.outcome = outcome;
    reply.text = std::string(outcomeName(outcome));
    reply.retryAfter = retryAfter;
    return reply;
}

class ServiceHealthTest : public testing::Test
{
protected:
    ServiceHealth::Probe admitted()
    {
        const auto probe = health_.admit(now_);
        EXPECT_TRUE(probe);
        return probe.value_or(ServiceHealth::Probe());
    }
    /** @return true when the condition changed */
    bool record(ServiceHealth::Probe probe, const Reply &reply)
    {
        wallNow_ += 1s;
        const auto before = condition();
        health_.record(probe, reply, now_, wallNow_);
        return condition() != before;
    }
    /** Sends one request that ends at once. @return true when the condition changed */
    bool ask(Outcome outcome, std::optional<std::chrono::seconds> retryAfter = std::nullopt)
    {
        return record(admitted(), replyOf(outcome, retryAfter));
    }
    /** How long nothing is admitted from now on, to 1 ms; then the clock stands there. */
    std::chrono::milliseconds waitForProbe()
    {
        const auto begin = now_;
        for (;; now_ += 1ms) {
            if (const auto probe = health_.admit(now_)) {
                health_.withdraw(*probe);
                return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - begin);
            }
        }
    }
    ServiceCondition condition() const { return health_.state().condition; }

    ServiceHealth health_{7};
    Clock::time_point now_{1h};
    std::chrono::system_clock::time_point wallNow_{1000h};
};

TEST_F(ServiceHealthTest, admitsAnyNumberWhileAllIsWell)
{
    std::vector<ServiceHealth::Probe> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(admitted());
    for (const auto &probe : all)
        EXPECT_FALSE(record(probe, replyOf(Outcome::Answered)));
    EXPECT_EQ(condition(), ServiceCondition::Ok);
}

TEST_F(ServiceHealthTest, refusalsOfAPhotoOrAKeyAreNoTrouble)
{
    for (const Outcome outcome :
         {Outcome::Refused, Outcome::TooLarge, Outcome::Unauthorized, Outcome::Answered})
        EXPECT_FALSE(ask(outcome));
    EXPECT_EQ(condition(), ServiceCondition::Ok);
}

TEST_F(ServiceHealthTest, oneFailureDegradesAndThreeInARowAreDown)
{
    EXPECT_TRUE(ask(Outcome::Timeout));
    EXPECT_EQ(condition(), ServiceCondition::Degraded);
    EXPECT_EQ(health_.state().reason, "timeout");
    EXPECT_EQ(health_.state().since, wallNow_);
    const auto since = wallNow_;
    waitForProbe();
    EXPECT_FALSE(ask(Outcome::ServerError));
    EXPECT_EQ(health_.state().since, since);
    waitForProbe();
    EXPECT_TRUE(ask(Outcome::Unreachable));
    EXPECT_EQ(condition(), ServiceCondition::Down);
    EXPECT_EQ(health_.state().reason, "unreachable");
}

TEST_F(ServiceHealthTest, aGoodProbeEndsTrouble)
{
    ask(Outcome::Timeout);
    waitForProbe();
    EXPECT_TRUE(ask(Outcome::Refused));
    EXPECT_EQ(condition(), ServiceCondition::Ok);
    EXPECT_EQ(health_.state().reason, "");
    EXPECT_TRUE(health_.admit(now_));
    EXPECT_TRUE(health_.admit(now_));
    // and the count of failures starts anew
    EXPECT_TRUE(ask(Outcome::Timeout));
    EXPECT_EQ(condition(), ServiceCondition::Degraded);
}

TEST_F(ServiceHealthTest, oneProbeAtATime)
{
    ask(Outcome::Timeout);
    waitForProbe();
    const auto probe = admitted();
    EXPECT_FALSE(health_.admit(now_));
    EXPECT_FALSE(health_.admit(now_ + 1h));
    health_.withdraw(probe);
    EXPECT_TRUE(health_.admit(now_));
}

TEST_F(ServiceHealthTest, aCancelledProbeSaysNothing)
{
    ask(Outcome::Timeout);
    waitForProbe();
    EXPECT_FALSE(record(admitted(), replyOf(Outcome::Cancelled)));
    EXPECT_EQ(condition(), ServiceCondition::Degraded);
    EXPECT_TRUE(health_.admit(now_));
}

TEST_F(ServiceHealthTest, pausesGrowUpToTheLongest)
{
    health_.setBackoff({100ms, 3s});
    std::chrono::milliseconds whole = 100ms;
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 100; ++i) {
        ask(Outcome::Timeout);
        const auto pause = waitForProbe();
        EXPECT_LE(pause, whole) << i;
        whole = std::min<std::chrono::milliseconds>(2 * whole, 3s);
        longest = std::max(longest, pause);
    }
    EXPECT_GT(longest, 1500ms);
}

TEST_F(ServiceHealthTest, withoutSettingsNoPauseIsLongerThanHalfAMinute)
{
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 100; ++i) {
        ask(Outcome::Timeout);
        longest = std::max(longest, waitForProbe());
    }
    EXPECT_LE(longest, 30s);
    EXPECT_GT(longest, 15s);
}

TEST_F(ServiceHealthTest, saysHowLongThePauseIs)
{
    EXPECT_EQ(health_.untilProbe(now_), 0ms);
    ask(Outcome::RateLimited, 20s);
    EXPECT_EQ(health_.untilProbe(now_), 20s);
    EXPECT_EQ(health_.untilProbe(now_ + 5s), 15s);
    now_ += health_.untilProbe(now_);
    EXPECT_EQ(health_.untilProbe(now_), 0ms);
    admitted();
}

TEST_F(ServiceHealthTest, pausesDifferBetweenProcesses)
{
    std::vector<std::chrono::milliseconds> pauses;
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        health_ = ServiceHealth(seed);
        ask(Outcome::Timeout);
        pauses.push_back(waitForProbe());
    }
    EXPECT_FALSE(pauses[0] == pauses[1] && pauses[1] == pauses[2]);
}

TEST_F(ServiceHealthTest, asksAsRarelyAsItMayWhereOnlyPeopleCanHelp)
{
    for (const Outcome outcome :
         {Outcome::WrongEndpoint, Outcome::Redirected, Outcome::BadCertificate}) {
        health_ = ServiceHealth(1);
        EXPECT_TRUE(ask(outcome));
        EXPECT_EQ(condition(), ServiceCondition::Down);
        EXPECT_EQ(waitForProbe(), 30s);
        health_.setBackoff({500ms, 4s});
        EXPECT_FALSE(ask(outcome));
        EXPECT_EQ(waitForProbe(), 4s);
    }
}

TEST_F(ServiceHealthTest, honoursRetryAfterUpToAnHour)
{
    ask(Outcome::RateLimited, 20s);
    EXPECT_EQ(waitForProbe(), 20s);
    ask(Outcome::ServerError, 100h);
    EXPECT_EQ(waitForProbe(), 1h);
}

TEST_F(ServiceHealthTest, afterRetryAfterThePausesAreItsOwnAgain)
{
    ask(Outcome::RateLimited, 20s);
    waitForProbe();
    ask(Outcome::RateLimited);
    EXPECT_LE(waitForProbe(), 1s);
}

TEST_F(ServiceHealthTest, aRetryAfterOfNothingDoesNotShortenThePause)
{
    ServiceHealth other(7);
    const auto asking = other.admit(now_);
    other.record(*asking, replyOf(Outcome::RateLimited), now_, wallNow_);
    ask(Outcome::RateLimited, 0s);
    EXPECT_EQ(health_.untilProbe(now_), other.untilProbe(now_));
    EXPECT_GT(health_.untilProbe(now_), 0ms);
}

TEST_F(ServiceHealthTest, lateFailuresAreTheSameFailure)
{
    const auto first = admitted();
    const auto second = admitted();
    const auto third = admitted();
    const auto fourth = admitted();
    EXPECT_TRUE(record(first, replyOf(Outcome::Unreachable)));
    for (const auto &late : {second, third, fourth})
        EXPECT_FALSE(record(late, replyOf(Outcome::Unreachable)));
    EXPECT_EQ(condition(), ServiceCondition::Degraded);
    EXPECT_LE(waitForProbe(), 500ms);
}

TEST_F(ServiceHealthTest, lateFailuresDoNotMakeLaterPausesLonger)
{
    std::vector<ServiceHealth::Probe> late;
    for (int i = 0; i < 20; ++i)
        late.push_back(admitted());
    ask(Outcome::RateLimited);
    for (const auto &probe : late)
        record(probe, replyOf(Outcome::RateLimited, 0s));
    waitForProbe();
    ask(Outcome::RateLimited);
    EXPECT_LE(waitForProbe(), 1s);
}

TEST_F(ServiceHealthTest, lateRepliesLeaveTheProbeAlone)
{
    const auto slow = admitted();
    const auto slower = admitted();
    ask(Outcome::Timeout);
    waitForProbe();
    const auto probe = admitted();
    record(slow, replyOf(Outcome::Timeout));
    record(slower, replyOf(Outcome::Answered));
    EXPECT_FALSE(health_.admit(now_ + 1min)) << "a second probe while the first is out";
    EXPECT_TRUE(record(probe, replyOf(Outcome::Answered)));
    EXPECT_EQ(condition(), ServiceCondition::Ok);
}

TEST_F(ServiceHealthTest, aSlotFromBetterTimesLeavesTheProbeAlone)
{
    const auto unused = admitted();
    ask(Outcome::Timeout);
    waitForProbe();
    admitted();
    health_.withdraw(unused);
    EXPECT_FALSE(health_.admit(now_ + 1min));
}

TEST_F(ServiceHealthTest, aLateAnswerDoesNotCutShortRetryAfter)
{
    const auto late = admitted();
    ask(Outcome::RateLimited, 60s);
    EXPECT_FALSE(record(late, replyOf(Outcome::Answered)));
    EXPECT_EQ(condition(), ServiceCondition::Degraded);
    EXPECT_EQ(waitForProbe(), 60s);
}

TEST_F(ServiceHealthTest, aLateRetryAfterMakesThePauseLonger)
{
    const auto late = admitted();
    ask(Outcome::RateLimited, 5s);
    EXPECT_FALSE(record(late, replyOf(Outcome::RateLimited, 60s)));
    EXPECT_EQ(waitForProbe(), 60s);
}

TEST_F(ServiceHealthTest, aLateReplyThatNeedsPeopleIsNews)
{
    const auto late = admitted();
    ask(Outcome::Timeout);
    EXPECT_TRUE(record(late, replyOf(Outcome::BadCertificate)));
    EXPECT_EQ(condition(), ServiceCondition::Down);
    EXPECT_EQ(waitForProbe(), 30s);
}

TEST_F(ServiceHealthTest, failingDifferentlyIsNotBetterThanDown)
{
    ask(Outcome::WrongEndpoint);
    waitForProbe();
    EXPECT_FALSE(ask(Outcome::Timeout));
    EXPECT_EQ(condition(), ServiceCondition::Down);
}

TEST_F(ServiceHealthTest, isDownOnceWhateverTheReasonsAreThatFollow)
{
    EXPECT_TRUE(ask(Outcome::WrongEndpoint));
    for (const Outcome outcome : {Outcome::Redirected, Outcome::WrongEndpoint, Outcome::Unreachable,
                                  Outcome::BadCertificate}) {
        waitForProbe();
        EXPECT_FALSE(ask(outcome));
        EXPECT_EQ(condition(), ServiceCondition::Down);
    }
    EXPECT_EQ(health_.state().reason, "bad-certificate") << "what people have to do now";
    EXPECT_EQ(waitForProbe(), 30s) << "only people can help";
}

} // namespace
} // namespace ooto::core
