// SPDX-License-Identifier: LGPL-2.1-or-later
// What callers see of the day's budget, alone and beside another process.
#include "support/asking.h"
#include "support/raw_server.h"
#include "support/scratch_directory.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

extern char **environ;

namespace ooto::test
{
namespace
{

using core::HeldBack;
using core::Outcome;
using core::ServiceCondition;
using namespace std::chrono_literals;

class ClientBudget : public testing::Test
{
protected:
    void SetUp() override { setenv("XDG_STATE_HOME", directory_.path().c_str(), 1); }
    void TearDown() override { unsetenv("XDG_STATE_HOME"); }

    std::unique_ptr<service::Caller> callerWith(const std::string &url, std::uint64_t limit)
    {
        return callerWith(settingsFor(url), limit);
    }
    std::unique_ptr<service::Caller> callerWith(const service::ConnectionSettings &settings,
                                                std::uint64_t limit)
    {
        auto caller = openCaller(
            settings, 4, [states = states_](const core::ServiceState &s) { states->put(s); });
        caller->setLimits(dayOnly(limit));
        caller->setWarningHandler(
            [warnings = warnings_](const std::string &text) { warnings->put(text); });
        return caller;
    }

    ScratchDirectory directory_;
    const std::shared_ptr<Inbox<core::ServiceState>> states_ =
        std::make_shared<Inbox<core::ServiceState>>();
    const std::shared_ptr<Inbox<std::string>> warnings_ = std::make_shared<Inbox<std::string>>();
    WebServer server_{[](const WebRequest &) { return WebResponse{200, matchBody, {}}; }};
};

TEST_F(ClientBudget, noRequestLeavesWhenItIsSpent)
{
    const auto caller = callerWith(server_.url(), 5);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    for (int i = 0; i < 3; ++i) {
        const auto refused = caller->reserve();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().why, HeldBack::Budget);
        EXPECT_GT(refused.error().tryAgainIn, 0ms);
    }
    EXPECT_EQ(server_.requests().size(), 5U);
    const auto told = states_->waitFor(1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].condition, ServiceCondition::BudgetSpent);
    EXPECT_NE(told[0].reason.find("`max-requests-per-day`"), std::string::npos) << told[0].reason;
    EXPECT_EQ(caller->budgetUse().used, 5U);
    EXPECT_EQ(caller->budgetUse().limit, 5U);
    const auto warnings = warnings_->waitFor(1);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].substr(0, 32), "4 of today's 5 requests are used");

    caller->setLimits(dayOnly(6));
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    EXPECT_EQ(states_->waitFor(2).at(1).condition, ServiceCondition::Ok);
}

TEST_F(ClientBudget, survivesTheClient)
{
    EXPECT_EQ(ask(*callerWith(server_.url(), 2)).outcome, Outcome::Answered);
    EXPECT_EQ(ask(*callerWith(server_.url(), 2)).outcome, Outcome::Answered);
    EXPECT_EQ(callerWith(server_.url(), 2)->reserve().error().why, HeldBack::Budget);
}

TEST_F(ClientBudget, isKnownBeforeTheFirstRequest)
{
    {
        // Another process's, which this one has not heard of.
        service::Budget other(service::BudgetFile::pathFor(server_.url(), "the-id-of-this-test"));
        for (int i = 0; i < 3; ++i)
            other.take(10);
    }
    EXPECT_EQ(callerWith(server_.url(), 10)->budgetUse().used, 3U);
}

TEST_F(ClientBudget, aFileThatOthersHoldIsBusyAndNotSpent)
{
    const auto caller = callerWith(server_.url(), 10);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    const std::string path =
        service::BudgetFile::pathFor(server_.url(), "the-id-of-this-test") + ".lock";
    const int lockFile = open(path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(lockFile, LOCK_EX), 0) << path;
    const auto refused = caller->reserve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, HeldBack::BudgetBusy);
    EXPECT_LE(refused.error().tryAgainIn, 1s);

    Inbox<bool> woken;
    caller->wakeIn(refused.error().tryAgainIn, [&woken] { woken.put(true); });
    close(lockFile);
    EXPECT_EQ(woken.waitFor(1).size(), 1U);
    EXPECT_TRUE(caller->reserve());
    EXPECT_TRUE(states_->all().empty());
}

TEST_F(ClientBudget, nobodyIsWokenAfterHeLeft)
{
    auto caller = callerWith(server_.url(), 10);
    const auto other = callerWith(server_.url(), 10);
    Inbox<bool> woken;
    caller->wakeIn(20ms, [] { ADD_FAILURE(); });
    other->wakeIn(100ms, [&woken] { woken.put(true); });
    caller.reset();
    EXPECT_EQ(woken.waitFor(1).size(), 1U);
}

TEST_F(ClientBudget, whoJoinsHasItsLimitFromTheStart)
{
    const core::Limits limits{4, 0, 1000000, {}};
    std::string error;
    const auto one = service::Caller::open(settingsFor(server_.url()), limits, {}, nullptr, error);
    const auto other =
        service::Caller::open(settingsFor(server_.url()), limits, {}, nullptr, error);
    EXPECT_EQ(one->budgetUse().limit, 1000000U);
}

TEST_F(ClientBudget, aPermitThatIsNotUsedCostsNothing)
{
    const auto caller = callerWith(server_.url(), 1);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(caller->reserve());
    EXPECT_EQ(caller->budgetUse().used, 0U);
}

TEST_F(ClientBudget, whatNeverLeftCostsNothing)
{
    const auto caller =
        callerWith("http://127.0.0.1:" + std::to_string(freePort()) + "/identify", 10);
    caller->setLimits(dayOnly(10, {10ms, 10ms}));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask(*caller).outcome, Outcome::Unreachable);
    EXPECT_EQ(caller->budgetUse().used, 0U);
}

TEST_F(ClientBudget, whatLeftCostsEvenWithoutAnAnswer)
{
    RawServer server([](RawConnection &connection) { connection.readRequest(); });
    const auto caller = callerWith(server.url(), 10);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unreachable);
    EXPECT_EQ(caller->budgetUse().used, 1U);
}

TEST_F(ClientBudget, whatIsSentAgainIsCountedAgain)
{
    std::atomic<int> served{0};
    RawServer server([&served](RawConnection &connection) {
        // A connection answers one request and is gone when the next one comes.
        for (int here = 0; !connection.readRequest().empty() && here == 0; ++here) {
            ++served;
            connection.write(RawServer::response("200 OK", matchBody));
        }
    });
    const auto caller = callerWith(server.url(), 4);
    const auto restarts = std::make_shared<std::atomic<unsigned>>(0U);
    const auto askAndCount = [&] {
        return ask(*caller, photoRequest(), [restarts] { ++*restarts; }).outcome;
    };
    EXPECT_EQ(askAndCount(), Outcome::Answered);
    EXPECT_EQ(askAndCount(), Outcome::Answered);
    EXPECT_EQ(*restarts, 1U);
    EXPECT_EQ(caller->budgetUse().used, 3U);
    EXPECT_EQ(askAndCount(), Outcome::Unreachable) << "its second try is one too many";
    EXPECT_EQ(caller->budgetUse().used, 4U);
    EXPECT_EQ(*restarts, 1U) << "it was not sent again";
    EXPECT_EQ(served, 2);
}

TEST_F(ClientBudget, whatIsSentAgainAndDoesNotLeaveIsNotCountedAgain)
{
    Inbox<bool> read;
    auto server = std::make_unique<RawServer>([&read](RawConnection &connection) {
        connection.readRequest();
        connection.write(RawServer::response("200 OK", matchBody));
        connection.readRequest();
        read.put(true);
        connection.hold(); // until the server stops, and nobody listens any more
    });
    const auto caller = callerWith(server->url(), 10);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    const auto replied = std::make_shared<Inbox<core::Reply>>();
    auto permit = waitForPermit(*caller);
    ASSERT_TRUE(permit);
    const auto restarted = std::make_shared<Inbox<bool>>();
    caller->send(
        std::move(*permit), photoRequest(),
        [replied](const core::Reply &reply) { replied->put(reply); },
        [restarted] { restarted->put(true); });
    EXPECT_EQ(read.waitFor(1).size(), 1U);
    server.reset();
    const auto replies = replied->waitFor(1);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].outcome, Outcome::Unreachable);
    EXPECT_EQ(restarted->all().size(), 1U);
    EXPECT_EQ(caller->budgetUse().used, 2U);
}

TEST_F(ClientBudget, stoppingWithManyRequestsDoesNotWaitForTheFileWithEach)
{
    // Nothing leaves before the handshake that never comes.
    RawServer server([](RawConnection &connection) { connection.hold(); });
    auto caller =
        openCaller(settingsFor("https://127.0.0.1:" + std::to_string(server.port()) + "/"), 64);
    caller->setLimits(dayOnly(100, {}, 64));
    for (int i = 0; i < 64; ++i) {
        auto permit = waitForPermit(*caller);
        ASSERT_TRUE(permit);
        caller->send(std::move(*permit), photoRequest(), nullptr);
    }
    EXPECT_EQ(caller->budgetUse().used, 64U);
    const std::string path = [&] {
        for (const auto &entry : std::filesystem::directory_iterator(directory_ / "ooto")) {
            if (entry.path().extension() == ".lock")
                return entry.path().string();
        }
        return std::string();
    }();
    const int lockFile = open(path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(lockFile, LOCK_EX), 0) << path;
    const auto begin = std::chrono::steady_clock::now();
    caller.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 200ms);
    close(lockFile);
}

TEST_F(ClientBudget, isCountedInTheProcessWhereItCannotBeWritten)
{
    std::ofstream(directory_ / "ooto") << "in the way of the directory";
    const auto caller = callerWith(server_.url(), 10);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    caller->setLimits(dayOnly(3));
    EXPECT_EQ(caller->reserve().error().why, HeldBack::Budget);
    states_->waitFor(1);
    ASSERT_GE(warnings_->all().size(), 1U);
    EXPECT_NE(warnings_->all()[0].find("XDG_STATE_HOME"), std::string::npos);
    EXPECT_EQ(warnings_->all().size(), 1U);
}

TEST_F(ClientBudget, whereItCannotBeWrittenOtherSettingsAndRestartsAreCountedToo)
{
    std::ofstream(directory_ / "ooto") << "in the way of the directory";
    service::ConnectionSettings other = settingsFor(server_.url());
    other.userAgent = "another";
    {
        const auto one = callerWith(settingsFor(server_.url()), 4);
        const auto two = callerWith(other, 4);
        EXPECT_EQ(ask(*one).outcome, Outcome::Answered);
        EXPECT_EQ(ask(*two).outcome, Outcome::Answered);
        EXPECT_EQ(one->budgetUse().used, 2U);
    }
    EXPECT_EQ(ask(*callerWith(settingsFor(server_.url()), 4)).outcome, Outcome::Answered);
    EXPECT_EQ(ask(*callerWith(other, 4)).outcome, Outcome::Answered);
    EXPECT_EQ(callerWith(other, 4)->reserve().error().why, HeldBack::Budget);
    EXPECT_EQ(callerWith(settingsFor(server_.url()), 4)->reserve().error().why, HeldBack::Budget);
    EXPECT_EQ(server_.requests().size(), 4U);
    const auto warnings = warnings_->all();
    EXPECT_EQ(std::count_if(warnings.begin(), warnings.end(),
                            [](const std::string &text) {
                                return text.find("XDG_STATE_HOME") != std::string::npos;
                            }),
              1);
}

TEST_F(ClientBudget, isSharedByTwoProcesses)
{
    const std::string url = server_.url();
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i) {
        std::string program = OOTO_BUDGET_ASKER;
        std::string address = url;
        std::string limit = "50";
        char *arguments[] = {program.data(), address.data(), limit.data(), nullptr};
        pid_t child = 0;
        ASSERT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ), 0);
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(server_.requests().size(), 50U);
    EXPECT_GE(server_.connections(), 2U) << "one process did it all";
}

} // namespace
} // namespace ooto::test
