// SPDX-License-Identifier: LGPL-2.1-or-later
// Callers of one service, each with a key of its own.
#include "support/asking.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <atomic>

namespace ooto::test
{
namespace
{

using core::Outcome;
using system::Secret;
using namespace std::chrono_literals;

/** Accepts keys that begin with "good". */
class ClientKeys : public testing::Test
{
protected:
    std::unique_ptr<service::Caller> callerWith(const char *key)
    {
        const auto states = states_;
        auto caller = openCaller(settingsFor(server_.url()), 4,
                                 [states, key](const core::ServiceState &state) {
                                     states->put(std::string(key) + ":" +
                                                 std::string(core::conditionName(state.condition)));
                                 });
        caller->setAppKey(Secret(key));
        return caller;
    }

    std::atomic<int> refusal_{401};
    const std::shared_ptr<Inbox<std::string>> states_ = std::make_shared<Inbox<std::string>>();
    WebServer server_{[this](const WebRequest &request) {
        return request.headers.at("APP-KEY").starts_with("good") ? WebResponse{200, matchBody, {}}
                                                                 : WebResponse{refusal_, "", {}};
    }};
};

TEST_F(ClientKeys, theRefusalOfOneIsNoMatterToTheOther)
{
    for (const int status : {401, 403}) {
        refusal_ = status;
        const auto bad = callerWith("bad");
        const auto good = callerWith("good");
        EXPECT_EQ(ask(*bad).outcome, Outcome::Unauthorized);
        EXPECT_EQ(bad->reserve().error().why, core::HeldBack::Unauthorized);
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(ask(*good).outcome, Outcome::Answered);
    }
    EXPECT_EQ(states_->all(), (std::vector<std::string>{"bad:unauthorized", "bad:unauthorized"}));
    EXPECT_EQ(server_.connections(), 2U) << "one for each pair";
}

TEST_F(ClientKeys, theRefusalOfOneIsToldToAllWhoUseIt)
{
    const auto one = callerWith("bad");
    const auto other = callerWith("bad");
    ask(*one);
    EXPECT_EQ(states_->waitFor(2),
              (std::vector<std::string>{"bad:unauthorized", "bad:unauthorized"}));
    EXPECT_FALSE(other->reserve());
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(ClientKeys, aNewKeyIsTriedAtOnce)
{
    const auto caller = callerWith("bad");
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unauthorized);
    caller->setAppKey(Secret("bad as well"));
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unauthorized);
    EXPECT_FALSE(caller->reserve());
    caller->setAppKey(Secret("good"));
    EXPECT_EQ(states_->all(), std::vector<std::string>{"bad:unauthorized"})
        << "whether the new one is accepted is not known yet";
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    EXPECT_EQ(states_->all(), (std::vector<std::string>{"bad:unauthorized", "bad:ok"}));
}

TEST_F(ClientKeys, theSameKeySetAgainIsTriedAtOnce)
{
    const auto caller = callerWith("bad");
    ask(*caller);
    EXPECT_FALSE(caller->reserve());
    caller->setAppKey(Secret("bad"));
    EXPECT_TRUE(caller->reserve());
}

TEST_F(ClientKeys, aRequestCarriesTheKeyOfWhenItsPermitWasMade)
{
    const auto caller = callerWith("good");
    auto permit = caller->reserve();
    ASSERT_TRUE(permit);
    caller->setAppKey(Secret("bad"));
    const auto outcomes = std::make_shared<Inbox<Outcome>>();
    caller->send(std::move(*permit), photoRequest(),
                 [outcomes](const core::Reply &reply) { outcomes->put(reply.outcome); });
    EXPECT_EQ(outcomes->waitFor(1), std::vector<Outcome>{Outcome::Answered});
    EXPECT_TRUE(states_->all().empty());
}

} // namespace
} // namespace ooto::test
