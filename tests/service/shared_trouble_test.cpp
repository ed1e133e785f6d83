// SPDX-License-Identifier: LGPL-2.1-or-later
// A server that is away, slow, or not what it should be: the limit holds.
#include <gtest/gtest.h>

#include "shared_run.h"
#include "support/certificates.h"

#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Take = SharedRun::Take;

/** Two runs that have taken some, and know each other. */
class SharedTrouble : public SharedStateTest
{
protected:
    void SetUp() override
    {
        SharedStateTest::SetUp();
        if (IsSkipped())
            return;
        server_ = knownServer();
        relay_ = std::make_unique<TcpRelay>(server_->port());
        a_ = std::make_unique<SharedRun>(relay_->port(), SharedRun::Options{.limit = 40});
        b_ = std::make_unique<SharedRun>(server_->port(), SharedRun::Options{.limit = 40});
        for (int i = 0; i < 5; ++i)
            sum_ += int(a_->takeOne()) + int(b_->takeOne());
        ASSERT_EQ(sum_, 10);
        ASSERT_TRUE(
            eventually([&] { return (*a_)->usedToday() == 10U && (*b_)->usedToday() == 10U; }));
    }
    void waitUntilAway(SharedRun &run, const std::string &reason)
    {
        const auto told = run.troubles(1);
        ASSERT_FALSE(told.empty());
        EXPECT_NE(told[0].find("is away"), std::string::npos) << told[0];
        EXPECT_NE(told[0].find(reason), std::string::npos) << told[0];
    }

    std::unique_ptr<RedisServer> server_;
    std::unique_ptr<TcpRelay> relay_;
    std::unique_ptr<SharedRun> a_;
    std::unique_ptr<SharedRun> b_;
    int sum_ = 0;
};

TEST_F(SharedTrouble, theLimitHoldsWhenItIsKilled)
{
    server_->kill();
    waitUntilAway(*a_, "");
    waitUntilAway(*b_, "");
    const int ofA = a_->takeAllUntil(Take::Away);
    const int ofB = b_->takeAllUntil(Take::Away);
    EXPECT_GT(ofA, 0) << "each has a share";
    EXPECT_GT(ofB, 0);
    EXPECT_LE(sum_ + ofA + ofB, 40);
    // It comes back, and knows nothing.
    ASSERT_TRUE(server_->start());
    EXPECT_EQ(a_->troubles(2).size(), 2U);
    EXPECT_EQ(b_->troubles(2).size(), 2U);
    std::atomic<int> rest{0};
    std::thread other([&] { rest = b_->takeAll(); });
    sum_ += a_->takeAll();
    other.join();
    EXPECT_EQ(sum_ + ofA + ofB + rest, 40);
}

TEST_F(SharedTrouble, theLimitHoldsWhileItIsFrozen)
{
    server_->freeze();
    int taken = a_->takeAllUntil(Take::Away) + b_->takeAllUntil(Take::Away);
    waitUntilAway(*a_, "");
    waitUntilAway(*b_, "");
    EXPECT_LE(sum_ + taken, 40);
    std::this_thread::sleep_for(3s);
    server_->thaw();
    std::atomic<int> rest{0};
    std::thread other([&] { rest = b_->takeAll(); });
    taken += a_->takeAll();
    other.join();
    EXPECT_EQ(sum_ + taken + rest, 40);
}

TEST_F(SharedTrouble, nothingWaitsForAFrozenOne)
{
    server_->freeze();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(a_->take().what, Take::Go) << "of its share";
    EXPECT_TRUE(a_->visit("anna", "own-1").isOwn);
    // A machine may be slow; not as slow as if it had waited for the server.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(SharedTrouble, aCutOffRunExceedsByItsShareAtMost)
{
    const std::uint64_t share = (40 - 10) / 2;
    relay_->cut();
    waitUntilAway(*a_, "100 ms");
    const int ofA = a_->takeAllUntil(Take::Away);
    EXPECT_GT(ofA, 0);
    EXPECT_LE(ofA, static_cast<int>(share));
    // The other one goes on, and after a while the share of the one that is gone is its own.
    const int ofB = b_->takeAll();
    EXPECT_LE(sum_ + ofB, 40);
    EXPECT_LE(sum_ + ofA + ofB, 40 + static_cast<int>(share));
    relay_->mend();
    EXPECT_EQ(a_->troubles(2).size(), 2U);
    EXPECT_EQ(a_->takeAll(), 0);
}

TEST_F(SharedTrouble, aSlowOneCountsAsAway)
{
    relay_->delay(150ms);
    waitUntilAway(*a_, "100 ms");
    const int ofA = a_->takeAllUntil(Take::Away);
    const int ofB = b_->takeAllUntil(Take::Spent);
    EXPECT_GT(ofA, 0);
    EXPECT_LE(sum_ + ofA + ofB, 40);
    relay_->delay(0ms);
    EXPECT_TRUE(eventually([&] { return a_->troubles(2).size() >= 2; }));
}

TEST_F(SharedTrouble, aReplicaCountsAsAway)
{
    server_->command({"REPLICAOF", "127.0.0.1", "1"});
    waitUntilAway(*a_, "replica");
    EXPECT_LE(sum_ + a_->takeAllUntil(Take::Away) + b_->takeAllUntil(Take::Away), 40);
    server_->command({"REPLICAOF", "NO", "ONE"});
    EXPECT_TRUE(eventually([&] { return a_->troubles(2).size() >= 2; }));
}

TEST_F(SharedTrouble, aNewcomerSpendsNothingWhileItIsAway)
{
    server_->kill();
    SharedRun late(server_->port(), {.limit = 40});
    const auto told = late.troubles(1);
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told[0].find("never reached"), std::string::npos) << told[0];
    EXPECT_EQ(late.take().what, Take::Away);
}

TEST_F(SharedTrouble, aRateIsDividedWhileItIsAway)
{
    SharedRun c(server_->port(), {.limit = 0, .rate = 30});
    ASSERT_TRUE(eventually([&] { return c.take().what == Take::Go; }));
    server_->kill();
    ASSERT_FALSE(c.troubles(1).empty());
    const auto begin = std::chrono::steady_clock::now();
    for (int taken = 0; taken < 30;)
        taken += c.take().what == Take::Go;
    // Three runs: 10 a second, with a burst of one second's worth.
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took.count(), (30 - 10) / 10.0 - 0.2);
}

TEST_F(SharedStateTest, aWrongPasswordIsToldAndNotShown)
{
    const auto server = knownServer({"--requirepass", "right-one"});
    SharedRun wrong(server->port(), {.password = "wrong-one"});
    const auto told = wrong.troubles(1);
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told[0].find("refuses the password"), std::string::npos) << told[0];
    EXPECT_EQ(told[0].find("wrong-one"), std::string::npos);
    EXPECT_EQ(wrong.take().what, Take::Away);
    SharedRun none(server->port(), {});
    ASSERT_FALSE(none.troubles(1).empty());
    EXPECT_NE(none.troubles(1)[0].find("wants a password"), std::string::npos);
}

TEST_F(SharedStateTest, theRightPasswordLetsIn)
{
    RedisServer server({"--requirepass", "right-one"});
    SharedRun run(server.port(), {.password = "right-one"});
    EXPECT_EQ(run.take().what, Take::Wait) << "it is reached, and new";
    SharedRun named(server.port(), {.password = "right-one", .user = "default"});
    EXPECT_EQ(named.take().what, Take::Wait);
}

/** Options of a server that also takes TLS. */
std::vector<std::string> overTls(unsigned port, const std::string &ca, const std::string &file)
{
    return {"--tls-port",         std::to_string(port),
            "--tls-cert-file",    file,
            "--tls-key-file",     file,
            "--tls-ca-cert-file", ca,
            "--tls-auth-clients", "no"};
}

TEST_F(SharedStateTest, tlsBelievesTheRightServerOnly)
{
    if (!redis::hasTls())
        GTEST_SKIP() << "this build has no TLS for Redis (hiredis below 1.0)";
    const Certificates files;
    if (!files.made())
        GTEST_SKIP() << "the openssl program is missing or does not work";
    const unsigned port = freePort();
    RedisServer server(overTls(port, files.ca(), files.good()));
    SharedRun right(port, {.caFile = files.ca()});
    EXPECT_EQ(right.take().what, Take::Wait) << "it is reached, and new";
    const unsigned otherPort = freePort();
    RedisServer other(overTls(otherPort, files.ca(), files.otherHost()));
    SharedRun wrong(otherPort, {.caFile = files.ca()});
    EXPECT_FALSE(wrong.troubles(1).empty());
    EXPECT_EQ(wrong.take().what, Take::Away);
}

TEST_F(SharedStateTest, warnsOnceWhenFourFifthsAreUsed)
{
    const auto server = knownServer();
    SharedRun run(server->port(), {.limit = 10});
    for (int i = 0; i < 7; ++i)
        ASSERT_TRUE(run.takeOne());
    ASSERT_TRUE(run.takeOne());
    ASSERT_TRUE(run.takeOne());
    const auto warnings = run.warnings(1);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("8 of today's 10"), std::string::npos) << warnings[0];
}

TEST_F(SharedStateTest, aClockThatIsAnHourOffOnlyMattersOnAnotherDate)
{
    const auto server = knownServer();
    // An hour fast, and a date whose limits still hold the server's time.
    SharedRun sameDay(server->port(), {});
    EXPECT_EQ(sameDay.take().what, Take::Go);
    const auto tomorrow = [] {
        service::Today today = service::localDay();
        const std::int64_t now = std::time(nullptr);
        today.date += std::chrono::days(1);
        // This clock is an hour fast, and it is half past midnight by it.
        today.begin = now + 1800;
        today.end = today.begin + 86400;
        return today;
    };
    SharedRun fast(server->port(), {.calendar = tomorrow});
    const auto told = fast.troubles(1);
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told[0].find("NTP"), std::string::npos) << told[0];
    EXPECT_EQ(fast.take().what, Take::Away) << "it has no share of a day that has not begun";
}

} // namespace
} // namespace ooto::test
