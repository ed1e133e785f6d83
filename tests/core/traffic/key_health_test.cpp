// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/key_health.h"

#include <gtest/gtest.h>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;

class KeyHealthTest : public testing::Test
{
protected:
    KeyHealth::Probe admitted()
    {
        const auto probe = key_.admit(now_);
        EXPECT_TRUE(probe);
        return probe.value_or(KeyHealth::Probe());
    }
    void record(const KeyHealth::Probe &probe, Outcome outcome)
    {
        wallNow_ += 1s;
        Reply reply;
        reply.outcome = outcome;
        reply.text = std::string(outcomeName(outcome));
        key_.record(probe, reply, 30s, now_, wallNow_);
    }
    bool admits()
    {
        const auto probe = key_.admit(now_);
        if (probe)
            key_.withdraw(*probe);
        return probe.has_value();
    }

    KeyHealth key_;
    KeyHealth::Clock::time_point now_{1h};
    KeyHealth::WallTime wallNow_{1000h};
};

TEST_F(KeyHealthTest, isInnocentUntilItIsRefused)
{
    EXPECT_FALSE(key_.refusal());
    EXPECT_FALSE(key_.accepted());
    const auto one = admitted();
    const auto other = admitted();
    record(one, Outcome::Timeout);
    EXPECT_FALSE(key_.accepted()) << "nobody looked at it";
    record(other, Outcome::Refused);
    EXPECT_TRUE(key_.accepted());
}

TEST_F(KeyHealthTest, isTriedRarelyOnceItIsRefused)
{
    record(admitted(), Outcome::Unauthorized);
    ASSERT_TRUE(key_.refusal());
    EXPECT_EQ(key_.refusal()->reason, "unauthorized");
    EXPECT_EQ(key_.refusal()->since, wallNow_);
    EXPECT_EQ(key_.untilProbe(now_), 30s);
    now_ += 29999ms;
    EXPECT_FALSE(admits());
    now_ += 1ms;
    const auto since = wallNow_;
    const auto probe = admitted();
    EXPECT_FALSE(admits()) << "a second probe while the first is out";
    record(probe, Outcome::Unauthorized);
    EXPECT_FALSE(admits());
    EXPECT_EQ(key_.refusal()->since, since);
}

TEST_F(KeyHealthTest, isFineAgainWhenItsProbeIsAnswered)
{
    record(admitted(), Outcome::Unauthorized);
    now_ += 30s;
    record(admitted(), Outcome::Answered);
    EXPECT_FALSE(key_.refusal());
    EXPECT_TRUE(key_.accepted());
    admitted();
    admitted();
}

TEST_F(KeyHealthTest, aProbeThatWasNotJudgedLetsTheNextOneGo)
{
    record(admitted(), Outcome::Unauthorized);
    now_ += 30s;
    record(admitted(), Outcome::Timeout);
    EXPECT_TRUE(key_.refusal());
    EXPECT_TRUE(admits());
    EXPECT_TRUE(admits()) << "one that was withdrawn";
}

TEST_F(KeyHealthTest, isTriedAtOnceWhenSetAnew)
{
    record(admitted(), Outcome::Unauthorized);
    key_.setAnew();
    EXPECT_TRUE(key_.refusal()) << "nobody has seen yet that it works";
    record(admitted(), Outcome::Answered);
    EXPECT_FALSE(key_.refusal());
}

TEST_F(KeyHealthTest, whatCameBeforeItWasSetAnewIsNoNews)
{
    const auto old = admitted();
    key_.setAnew();
    record(old, Outcome::Unauthorized);
    EXPECT_FALSE(key_.refusal());

    record(admitted(), Outcome::Unauthorized);
    now_ += 30s;
    const auto oldProbe = admitted();
    key_.setAnew();
    const auto newProbe = admitted();
    record(oldProbe, Outcome::Unauthorized);
    EXPECT_FALSE(admits()) << "the new probe is still out";
    record(newProbe, Outcome::Answered);
    EXPECT_FALSE(key_.refusal());
}

TEST_F(KeyHealthTest, aLateAnswerDoesNotHideThatItIsRefusedNow)
{
    const auto answered = admitted();
    const auto refused = admitted();
    record(admitted(), Outcome::Unauthorized);
    record(answered, Outcome::Answered);
    EXPECT_TRUE(key_.refusal());
    EXPECT_FALSE(key_.accepted());
    now_ += 20s;
    record(refused, Outcome::Unauthorized);
    EXPECT_EQ(key_.untilProbe(now_), 30s);
}

} // namespace
} // namespace ooto::core
