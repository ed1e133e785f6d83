// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/traffic.h"

#include <gtest/gtest.h>

namespace ooto::core
{
namespace
{

using namespace std::chrono_literals;
using Permitted = Traffic::Permitted;

constexpr Traffic::KeyId oneKey = 1;
constexpr Traffic::KeyId otherKey = 2;

class TrafficTest : public testing::Test
{
protected:
    TrafficTest()
    {
        traffic_.join(1, oneKey, {64, 0, 0, {}}, now_);
        traffic_.join(2, otherKey, {64, 0, 0, {}}, now_);
    }
    Permitted admitted(Traffic::MemberId member)
    {
        const auto answer = traffic_.admit(member, now_);
        EXPECT_TRUE(answer);
        return answer ? *answer : Permitted();
    }
    /** Why a member may not ask; nothing when it may. */
    std::optional<HeldBack> heldBack(Traffic::MemberId member)
    {
        const auto answer = traffic_.admit(member, now_);
        if (!answer) {
            EXPECT_GT(answer.error().tryAgainIn, 0ms);
            return answer.error().why;
        }
        traffic_.unused(*answer, now_);
        return std::nullopt;
    }
    void record(const Permitted &permitted, Outcome outcome)
    {
        Reply reply;
        reply.outcome = outcome;
        reply.text = std::string(outcomeName(outcome));
        wallNow_ += 1s;
        traffic_.record(permitted, reply, now_, wallNow_);
    }
    void ask(Traffic::MemberId member, Outcome outcome) { record(admitted(member), outcome); }
    std::vector<Traffic::News> hear()
    {
        auto news = traffic_.takeNews(wallNow_);
        for (const auto &[member, state] : news)
            told_[member] = state;
        return news;
    }
    /** What is told now: "member:condition" each. */
    std::vector<std::string> news()
    {
        std::vector<std::string> told;
        for (const auto &[member, state] : hear()) {
            told.push_back(std::to_string(member) + ":" +
                           std::string(conditionName(state.condition)));
            EXPECT_EQ(state.since, wallNow_);
        }
        return told;
    }
    using Told = std::vector<std::string>;

    Traffic traffic_{1};
    std::map<Traffic::MemberId, ServiceState> told_; ///< last
    Traffic::Clock::time_point now_{1h};
    Traffic::WallTime wallNow_{1000h};
};

TEST_F(TrafficTest, aRefusedKeyIsNoMatterToOthers)
{
    ask(1, Outcome::Unauthorized);
    EXPECT_EQ(news(), Told{"1:unauthorized"});
    EXPECT_EQ(heldBack(1), HeldBack::Unauthorized);
    EXPECT_FALSE(heldBack(2));
    ask(2, Outcome::Answered);
    EXPECT_EQ(news(), Told());
}

TEST_F(TrafficTest, aRefusedKeyHoldsBackAllWhoUseIt)
{
    traffic_.join(3, oneKey, {64, 0, 0, {}}, now_);
    ask(1, Outcome::Unauthorized);
    EXPECT_EQ(news(), (Told{"1:unauthorized", "3:unauthorized"}));
    EXPECT_EQ(heldBack(3), HeldBack::Unauthorized);
    traffic_.join(4, oneKey, {64, 0, 0, {}}, now_);
    EXPECT_EQ(heldBack(4), HeldBack::Unauthorized);
    EXPECT_EQ(news(), Told{"4:unauthorized"}) << "who comes later is told, too";
}

TEST_F(TrafficTest, aNewKeyIsTriedAtOnceAndOkWhenItWorks)
{
    ask(1, Outcome::Unauthorized);
    news();
    traffic_.setKey(1, 3);
    EXPECT_EQ(news(), Told()) << "nobody knows yet whether it works";
    ask(1, Outcome::Answered);
    EXPECT_EQ(news(), Told{"1:ok"});
}

TEST_F(TrafficTest, aNewKeyThatIsRefusedTooIsNoNews)
{
    ask(1, Outcome::Unauthorized);
    news();
    traffic_.setKey(1, 3);
    ask(1, Outcome::Unauthorized);
    EXPECT_EQ(news(), Told());
    EXPECT_EQ(heldBack(1), HeldBack::Unauthorized);
}

TEST_F(TrafficTest, aKeyThatOthersUseWellIsKnownToWork)
{
    ask(2, Outcome::Answered);
    ask(1, Outcome::Unauthorized);
    news();
    traffic_.setKey(1, otherKey);
    EXPECT_EQ(news(), Told{"1:ok"});
}

TEST_F(TrafficTest, theSameKeySetAgainIsTriedAtOnce)
{
    ask(1, Outcome::Unauthorized);
    traffic_.setKey(1, oneKey);
    EXPECT_FALSE(heldBack(1));
}

TEST_F(TrafficTest, aRefusedKeyIsTriedRarelyEvenWithShortPauses)
{
    traffic_.setLimits(1, {64, 0, 0, {100ms, 200ms}}, now_);
    ask(1, Outcome::Unauthorized);
    now_ += 29s;
    EXPECT_TRUE(heldBack(1));
    now_ += 1s;
    EXPECT_FALSE(heldBack(1));
}

TEST_F(TrafficTest, theServicesTroubleIsEveryones)
{
    ask(1, Outcome::ServerError);
    EXPECT_EQ(news(), (Told{"1:degraded", "2:degraded"}));
    EXPECT_EQ(told_[2].reason, "server-error");
}

TEST_F(TrafficTest, aRefusedKeyShowsAServiceThatIsWell)
{
    ask(1, Outcome::ServerError);
    now_ += 30s;
    news();
    ask(1, Outcome::Unauthorized);
    EXPECT_EQ(news(), (Told{"1:unauthorized", "2:ok"}));
}

TEST_F(TrafficTest, aProbeOfTheServiceIsNotLostToARefusedKey)
{
    ask(1, Outcome::Unauthorized);
    ask(2, Outcome::ServerError);
    now_ += 30s; // now both may send a probe
    const Permitted probe = admitted(1);
    EXPECT_EQ(heldBack(2), HeldBack::Service);
    traffic_.cancelled(probe);
    EXPECT_FALSE(heldBack(2));
    EXPECT_FALSE(heldBack(1));
}

TEST_F(TrafficTest, rateAndPlacesAreShared)
{
    traffic_.setLimits(2, {2, 0.1, 0, {}}, now_);
    EXPECT_FALSE(heldBack(1));
    const Permitted permitted = admitted(1);
    EXPECT_EQ(heldBack(1), HeldBack::Rate);
    EXPECT_EQ(heldBack(2), HeldBack::Rate);
    traffic_.setLimits(2, {1, 0, 0, {}}, now_);
    EXPECT_EQ(heldBack(1), HeldBack::InFlight);
    traffic_.leave(2, now_);
    EXPECT_FALSE(heldBack(1));
    record(permitted, Outcome::Answered);
}

TEST_F(TrafficTest, aCancelledRequestCostsItsTokenButNotItsPlace)
{
    traffic_.setLimits(1, {1, 0.1, 0, {}}, now_);
    traffic_.cancelled(admitted(1));
    EXPECT_EQ(heldBack(1), HeldBack::Rate);
    now_ += 10s;
    traffic_.unused(admitted(1), now_);
    EXPECT_FALSE(heldBack(1));
}

TEST_F(TrafficTest, whatIsSentOnceMoreTakesATokenToo)
{
    traffic_.setLimits(1, {4, 2, 0, {}}, now_);
    const Permitted permitted = admitted(1);
    EXPECT_TRUE(traffic_.admitAgain(now_));
    EXPECT_EQ(heldBack(1), HeldBack::Rate);
    EXPECT_FALSE(traffic_.admitAgain(now_));
    traffic_.unusedAgain(now_);
    EXPECT_FALSE(heldBack(1));
    record(permitted, Outcome::Answered);
}

TEST_F(TrafficTest, theSmallestLimitHoldsAndNoneIsNone)
{
    traffic_.setLimits(1, {3, 0, 100, {1s, 10s}}, now_);
    traffic_.setLimits(2, {5, 7, 0, {2s, 5s}}, now_);
    EXPECT_EQ(traffic_.limits().maxInFlight, 3U);
    EXPECT_EQ(traffic_.limits().maxRate, 7);
    EXPECT_EQ(traffic_.limits().maxRequestsPerDay, 100U);
    EXPECT_EQ(traffic_.limits().backoff, (BackoffRules{1s, 5s}));
    traffic_.setLimits(1, {0, -1, 0, {}}, now_);
    EXPECT_EQ(traffic_.limits().maxInFlight, 1U);
    EXPECT_EQ(traffic_.limits().maxRate, 7);
    EXPECT_EQ(traffic_.limits().maxRequestsPerDay, 0U);
}

TEST_F(TrafficTest, aSpentBudgetIsToldOnceAndOver)
{
    wallNow_ += 1s;
    traffic_.setBudgetSpent("all used", wallNow_);
    EXPECT_EQ(news(), (Told{"1:budget-spent", "2:budget-spent"}));
    EXPECT_EQ(told_[1].reason, "all used");
    traffic_.setBudgetSpent("all used", wallNow_ + 1h);
    EXPECT_EQ(news(), Told());
    wallNow_ += 10h;
    traffic_.setBudgetSpent(std::nullopt, wallNow_);
    EXPECT_EQ(news(), (Told{"1:ok", "2:ok"}));
}

TEST_F(TrafficTest, whatKeepsAMemberFromAskingIsToldFirst)
{
    ask(1, Outcome::Unauthorized);
    ask(2, Outcome::Timeout);
    traffic_.setBudgetSpent("all used", wallNow_);
    hear();
    EXPECT_EQ(told_[1].condition, ServiceCondition::Unauthorized);
    EXPECT_EQ(told_[2].condition, ServiceCondition::BudgetSpent);
    traffic_.setBudgetSpent(std::nullopt, wallNow_);
    hear();
    EXPECT_EQ(told_[2].condition, ServiceCondition::Degraded);
}

TEST_F(TrafficTest, repliesAfterAMemberHasGoneDoNoHarm)
{
    const Permitted permitted = admitted(1);
    const Permitted cancelled = admitted(1);
    traffic_.leave(1, now_);
    EXPECT_FALSE(traffic_.usesKey(oneKey));
    record(permitted, Outcome::Unauthorized);
    traffic_.cancelled(cancelled);
    EXPECT_FALSE(traffic_.usesKey(oneKey));
    EXPECT_EQ(news(), Told());
    traffic_.leave(2, now_);
}

} // namespace
} // namespace ooto::core
