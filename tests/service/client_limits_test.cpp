// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds a request back before it is sent.
#include "support/asking.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using core::HeldBack;
using core::Outcome;
using namespace std::chrono_literals;

/** How many permits there are at once; they are given back. */
std::size_t permitsOf(service::Caller &caller)
{
    std::vector<core::Expected<service::Permit, core::NotNow>> permits;
    while (permits.size() < 65) {
        permits.push_back(caller.reserve());
        if (!permits.back())
            return permits.size() - 1;
    }
    return permits.size();
}

/** Uses up permits, as if the requests had been answered. */
void useUp(service::Caller &caller, int count)
{
    for (int i = 0; i < count; ++i)
        EXPECT_EQ(ask(caller).outcome, Outcome::Answered);
}

void answerAll(RawConnection &connection)
{
    while (!connection.readRequest().empty())
        connection.write(RawServer::response("200 OK", matchBody));
}

/** Limits that no test waits for: a token comes every 100 s and more. */
constexpr double slow = 0.01;

TEST(ClientRate, holdsFromTheStart)
{
    std::string error;
    const auto caller = service::Caller::open(settingsFor("http://127.0.0.1:1/"), {64, 5, 0, {}},
                                              {}, nullptr, error);
    ASSERT_TRUE(caller) << error;
    EXPECT_EQ(permitsOf(*caller), 5U);
    caller->setLimits(rateOnly(0, 64));
    EXPECT_EQ(permitsOf(*caller), 64U);
}

TEST(ClientRate, saysThatItIsTheRateAndWhenToTryAgain)
{
    RawServer server(answerAll);
    const auto caller = openCaller(settingsFor(server.url()));
    caller->setLimits(rateOnly(slow));
    useUp(*caller, 1);
    const auto refused = caller->reserve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, HeldBack::Rate);
    EXPECT_GT(refused.error().tryAgainIn, 50s);
    EXPECT_LE(refused.error().tryAgainIn, 100s);
}

TEST(ClientRate, isSharedAndTheSmallestHolds)
{
    RawServer server(answerAll);
    const auto one = openCaller(settingsFor(server.url()));
    const auto free = openCaller(settingsFor(server.url()));
    auto slower = openCaller(settingsFor(server.url()));
    one->setLimits(rateOnly(20));
    slower->setLimits(rateOnly(slow));
    useUp(*free, 1);
    EXPECT_FALSE(one->reserve());
    EXPECT_FALSE(free->reserve());
    slower.reset();
    EXPECT_TRUE(waitForPermit(*one));
    one->setLimits(rateOnly(0));
    useUp(*free, 30);
}

TEST(ClientRate, otherServicesHaveTheirOwn)
{
    const auto one = openCaller(settingsFor("http://127.0.0.1:1/"));
    const auto other = openCaller(settingsFor("http://127.0.0.1:2/"));
    one->setLimits(rateOnly(slow));
    const auto permit = one->reserve();
    EXPECT_FALSE(one->reserve());
    EXPECT_TRUE(other->reserve());
}

TEST(ClientRate, aPermitThatIsNotUsedCostsNothing)
{
    const auto caller = openCaller(settingsFor("http://127.0.0.1:1/"));
    caller->setLimits(rateOnly(slow));
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(caller->reserve()) << i;
}

TEST(ClientRate, whatIsHeldBackElsewhereCostsNothing)
{
    const auto caller = openCaller(settingsFor("http://127.0.0.1:1/"));
    caller->setLimits(rateOnly(slow, 1));
    {
        const auto permit = caller->reserve();
        for (int i = 0; i < 10; ++i) {
            const auto refused = caller->reserve();
            EXPECT_EQ(refused.error().why, HeldBack::InFlight);
            EXPECT_GT(refused.error().tryAgainIn, 0ms);
        }
    }
    EXPECT_TRUE(caller->reserve());
}

TEST(ClientRate, whatWouldBeSentAgainWithoutATokenIsLost)
{
    Inbox<bool> seen;
    RawServer server([&seen](RawConnection &connection) {
        // A connection answers one request, and is cut when it has read the next one.
        for (int here = 0; !connection.readRequest().empty(); ++here) {
            seen.put(true);
            if (here == 1)
                return;
            connection.write(RawServer::response("200 OK", matchBody));
        }
    });
    const auto caller = openCaller(settingsFor(server.url()));
    useUp(*caller, 1);
    caller->setLimits(rateOnly(slow)); // one token, for the next one
    EXPECT_EQ(ask(*caller, photoRequest(), [] { ADD_FAILURE(); }).outcome, Outcome::Unreachable);
    EXPECT_EQ(seen.all().size(), 2U);
    EXPECT_EQ(caller->budgetUse().used, 2U);
}

TEST(ClientPermit, saysThatTheServiceIsInTrouble)
{
    WebServer server([](const WebRequest &) {
        return WebResponse{503, "", {{"Retry-After", "120"}}};
    });
    const auto caller = openCaller(settingsFor(server.url()));
    ask(*caller);
    const auto refused = caller->reserve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, HeldBack::Service);
    EXPECT_GT(refused.error().tryAgainIn, 60s);
    EXPECT_LE(refused.error().tryAgainIn, 120s);
}

TEST(ClientPermit, saysThatTheKeyIsRefused)
{
    WebServer server([](const WebRequest &) { return WebResponse{401, "", {}}; });
    const auto caller = openCaller(settingsFor(server.url()));
    ask(*caller);
    const auto refused = caller->reserve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, HeldBack::Unauthorized);
    EXPECT_GT(refused.error().tryAgainIn, 10s);
}

} // namespace
} // namespace ooto::test
