// SPDX-License-Identifier: LGPL-2.1-or-later
// Who shares a client, and how callers go while something is under way.
#include "support/asking.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ooto::test
{
namespace
{

using core::Outcome;
using namespace std::chrono_literals;

/** How many threads of this process have the name of a network thread. */
std::size_t namedThreads()
{
    std::size_t count = 0;
    std::error_code gone; // threads end while they are listed
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task", gone)) {
        std::string name;
        std::ifstream file(task.path() / "comm");
        std::getline(file, name);
        count += name == "ooto-network";
    }
    return count;
}

/**
 * How many network threads there are, after some patience: a new thread has the name of the one
 * that made it until it gets its own, which is also true for GLib's helpers.
 */
std::size_t networkThreads(std::size_t expected = 0)
{
    for (int i = 0; i < 1000 && namedThreads() != expected; ++i)
        std::this_thread::sleep_for(1ms);
    return namedThreads();
}

void answerAll(RawConnection &connection)
{
    while (!connection.readRequest().empty())
        connection.write(RawServer::response("200 OK", matchBody));
}

constexpr auto prompt = 200ms;

/**
 * Sends some requests, lets the caller go once `ready` says so, and sees that no handler runs
 * afterwards.
 * @return how long the caller took to go
 */
std::chrono::nanoseconds endWhile(const std::string &endpoint, const std::function<bool()> &ready)
{
    auto caller = openCaller(settingsFor(endpoint), 8);
    const auto gone = std::make_shared<std::atomic<bool>>(false);
    const auto late = std::make_shared<std::atomic<bool>>(false);
    for (int i = 0; i < 3; ++i) {
        if (auto permit = caller->reserve()) {
            caller->send(std::move(*permit), photoRequest(60s),
                         [gone, late](const core::Reply &) { *late = *late || *gone; });
        }
    }
    for (int i = 0; ready && i < 2000 && !ready(); ++i)
        std::this_thread::sleep_for(1ms);
    const auto begin = std::chrono::steady_clock::now();
    caller.reset();
    *gone = true;
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(networkThreads(), 0U);
    EXPECT_FALSE(*late);
    return took;
}

/** Lets a caller go, up to three times, since a busy machine may be slow once. */
void expectPromptEnd(const std::string &endpoint, const std::function<bool()> &ready = nullptr)
{
    std::chrono::nanoseconds best = 1h;
    for (int i = 0; i < 3 && best >= prompt; ++i)
        best = std::min(best, endWhile(endpoint, ready));
    EXPECT_LT(best, prompt);
}

TEST(ClientEnd, idleAfterOpening)
{
    expectPromptEnd("http://127.0.0.1:1/");
    openCaller(settingsFor("http://127.0.0.1:1/")).reset();
    EXPECT_EQ(networkThreads(), 0U);
}

TEST(ClientEnd, whileANameIsLookedUp)
{
    expectPromptEnd("http://no-such-host.invalid/identify");
}

TEST(ClientEnd, whileConnecting)
{
    // TEST-NET-1 (RFC 5737): nobody answers there.
    expectPromptEnd("http://192.0.2.1:9/identify");
}

TEST(ClientEnd, whileShakingHands)
{
    RawServer server([](RawConnection &connection) { connection.hold(); });
    expectPromptEnd("https://127.0.0.1:" + std::to_string(server.port()) + "/",
                    [&server] { return server.connections() > 0; });
}

TEST(ClientEnd, whileWaitingForTheAnswer)
{
    std::atomic<bool> ready{false};
    RawServer server([&ready](RawConnection &connection) {
        connection.readRequest();
        ready = true;
        connection.hold();
    });
    expectPromptEnd(server.url(), [&ready] { return ready.load(); });
}

TEST(ClientEnd, whileTheBodyTrickles)
{
    std::atomic<bool> ready{false};
    RawServer server([&ready](RawConnection &connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{");
        while (connection.write(" ") && connection.pause(10ms))
            ready = true;
    });
    expectPromptEnd(server.url(), [&ready] { return ready.load(); });
}

TEST(ClientEnd, whileTheBodyFloods)
{
    std::atomic<bool> ready{false};
    RawServer server([&ready](RawConnection &connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
        ready = true;
        while (connection.write(std::string(65536, ' '))) {
        }
    });
    expectPromptEnd(server.url(), [&ready] { return ready.load(); });
}

TEST(ClientEnd, whileUploading)
{
    std::atomic<bool> ready{false};
    RawServer server([&ready](RawConnection &connection) {
        ready = true;
        connection.hold();
    });
    auto caller = openCaller(settingsFor(server.url()));
    service::Request request = photoRequest(60s);
    request.photo = std::make_shared<const std::vector<std::uint8_t>>(16 << 20, 7);
    const std::weak_ptr<const std::vector<std::uint8_t>> photo = request.photo;
    caller->send(std::move(*caller->reserve()), std::move(request), nullptr);
    while (!ready)
        std::this_thread::sleep_for(1ms);
    const auto begin = std::chrono::steady_clock::now();
    caller.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    EXPECT_TRUE(photo.expired()) << "the photo is kept";
}

TEST(ClientEnd, whileRepliesPourIn)
{
    RawServer server(answerAll);
    for (int round = 0; round < 50; ++round) {
        auto caller = openCaller(settingsFor(server.url()), 8);
        const auto gone = std::make_shared<std::atomic<bool>>(false);
        const auto late = std::make_shared<std::atomic<bool>>(false);
        for (int i = 0; i < 8; ++i) {
            if (auto permit = caller->reserve())
                caller->send(std::move(*permit), photoRequest(),
                             [gone, late](const core::Reply &) { *late = *late || *gone; });
        }
        std::this_thread::sleep_for(std::chrono::microseconds(round * 100));
        caller.reset();
        *gone = true;
        ASSERT_FALSE(*late);
    }
}

TEST(ClientEnd, waitsForAHandlerThatRuns)
{
    RawServer server(answerAll);
    // Not in a unique_ptr, whose reset() would clear what the handler still goes through.
    service::Caller *const caller = openCaller(settingsFor(server.url())).release();
    std::atomic<bool> running{false};
    std::atomic<bool> ended{false};
    caller->send(std::move(*caller->reserve()), photoRequest(), [&](const core::Reply &) {
        running = true;
        std::this_thread::sleep_for(50ms);
        // The caller is on its way out, but may still be used from here.
        if (auto permit = caller->reserve())
            caller->send(std::move(*permit), photoRequest(), nullptr);
        ended = true;
    });
    while (!running)
        std::this_thread::sleep_for(1ms);
    delete caller;
    EXPECT_TRUE(ended);
    EXPECT_EQ(networkThreads(), 0U);
}

TEST(ClientEnd, fromWithinItsOwnHandler)
{
    // Against the rules, but an application that does it must neither hang nor crash.
    RawServer server(answerAll);
    const auto caller =
        std::make_shared<std::unique_ptr<service::Caller>>(openCaller(settingsFor(server.url())));
    const auto done = std::make_shared<Inbox<bool>>();
    (*caller)->send(std::move(*(*caller)->reserve()), photoRequest(),
                    [caller, done](const core::Reply &) {
                        caller->reset();
                        done->put(true);
                    });
    EXPECT_EQ(done->waitFor(1).size(), 1U);
    EXPECT_EQ(networkThreads(0), 0U);
}

TEST(ClientEnd, permitsMayOutliveTheirCaller)
{
    auto caller = openCaller(settingsFor("http://127.0.0.1:1/"));
    auto permit = std::make_unique<decltype(caller->reserve())>(caller->reserve());
    caller.reset();
    permit.reset();
    EXPECT_EQ(networkThreads(), 0U);
}

TEST(ClientEnd, givesBackThePlacesOfOneCallerToTheOther)
{
    std::atomic<int> asked{0};
    RawServer server([&asked](RawConnection &connection) {
        while (!connection.readRequest().empty()) {
            if (++asked <= 2)
                connection.hold();
            connection.write(RawServer::response("200 OK", matchBody));
        }
    });
    const auto states = std::make_shared<Inbox<core::ServiceCondition>>();
    auto leaving = openCaller(settingsFor(server.url()), 2);
    const auto staying = openCaller(settingsFor(server.url()), 2, into(states));
    for (int i = 0; i < 2; ++i)
        leaving->send(std::move(*leaving->reserve()), photoRequest(60s), nullptr);
    while (asked < 2)
        std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(staying->reserve());
    leaving.reset();
    EXPECT_EQ(ask(*staying).outcome, Outcome::Answered);
    EXPECT_TRUE(states->all().empty()) << "that requests were cancelled is no trouble";
}

TEST(ClientEnd, cutsItsConnectionWhileOthersStay)
{
    std::atomic<bool> asked{false};
    Inbox<bool> cut;
    RawServer server([&](RawConnection &connection) {
        connection.readRequest();
        asked = true;
        cut.put(!connection.pause(5s));
        connection.write(RawServer::response("200 OK", matchBody));
    });
    const auto staying = openCaller(settingsFor(server.url()));
    auto leaving = openCaller(settingsFor(server.url()));
    const auto late = std::make_shared<std::atomic<bool>>(false);
    leaving->send(std::move(*leaving->reserve()), photoRequest(60s),
                  [late](const core::Reply &) { *late = true; });
    while (!asked)
        std::this_thread::sleep_for(1ms);
    leaving.reset();
    EXPECT_EQ(cut.waitFor(1, 1s), std::vector<bool>{true});
    EXPECT_FALSE(*late);
}

TEST(ClientEnd, anAbandonedProbeLetsTheNextOneGo)
{
    std::atomic<int> asked{0};
    RawServer server([&asked](RawConnection &connection) {
        while (!connection.readRequest().empty()) {
            const int number = ++asked;
            if (number == 2)
                connection.hold();
            connection.write(number == 1 ? RawServer::response("500 Trouble", "")
                                         : RawServer::response("200 OK", matchBody));
        }
    });
    const auto states = std::make_shared<Inbox<core::ServiceCondition>>();
    auto leaving = openCaller(settingsFor(server.url()));
    const auto staying = openCaller(settingsFor(server.url()), 4, into(states));
    EXPECT_EQ(ask(*leaving).outcome, Outcome::ServerError);
    auto probe = waitForPermit(*leaving);
    ASSERT_TRUE(probe);
    leaving->send(std::move(*probe), photoRequest(60s), nullptr);
    while (asked < 2)
        std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(staying->reserve());
    leaving.reset();
    EXPECT_EQ(ask(*staying).outcome, Outcome::Answered);
    EXPECT_EQ(states->waitFor(2).back(), core::ServiceCondition::Ok);
}

TEST(ClientSharing, sameSettingsShareThreadConnectionAndHealth)
{
    std::atomic<int> status{200};
    RawServer server([&status](RawConnection &connection) {
        while (!connection.readRequest().empty())
            connection.write(RawServer::response(std::to_string(status) + " X", matchBody));
    });
    const auto states = std::make_shared<Inbox<core::ServiceState>>();
    const auto one = openCaller(settingsFor(server.url()));
    const auto other = openCaller(settingsFor(server.url()), 4,
                                  [states](const core::ServiceState &s) { states->put(s); });
    EXPECT_EQ(networkThreads(1), 1U);
    ask(*one);
    ask(*other);
    EXPECT_EQ(server.connections(), 1U);

    status = 404;
    const core::Reply reply = ask(*one);
    EXPECT_EQ(reply.outcome, Outcome::WrongEndpoint);
    const auto told = states->waitFor(1);
    ASSERT_EQ(told.size(), 1U) << "a caller that did not ask was not told";
    EXPECT_EQ(told[0].condition, core::ServiceCondition::Down);
    EXPECT_EQ(told[0].reason, reply.text);
    EXPECT_EQ(other->reserve().error().why, core::HeldBack::Service);
}

TEST(ClientSharing, otherSettingsShareNothing)
{
    RawServer server(answerAll);
    const service::ConnectionSettings base = settingsFor(server.url());
    std::vector<service::ConnectionSettings> all(5, base);
    all[1].appId = "another";
    all[2].sslStrict = false;
    all[3].userAgent = "another";
    all[4].endpoint += "2";
    std::vector<std::unique_ptr<service::Caller>> callers;
    for (const auto &settings : all) {
        callers.push_back(openCaller(settings, 1));
        EXPECT_TRUE(callers.back()->reserve());
    }
    EXPECT_EQ(networkThreads(all.size()), all.size());
    callers.clear();
    EXPECT_EQ(networkThreads(), 0U);
}

TEST(ClientSharing, healthGoesWithTheLastCaller)
{
    const std::string nobody = "http://127.0.0.1:" + std::to_string(freePort()) + "/";
    auto caller = openCaller(settingsFor(nobody));
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unreachable);
    caller.reset();
    caller = openCaller(settingsFor(nobody));
    const auto one = caller->reserve();
    const auto other = caller->reserve();
    EXPECT_TRUE(one && other) << "a service in trouble gets one probe at a time";
}

TEST(ClientSharing, manyThreadsMayOpenAndCloseAtOnce)
{
    RawServer server(answerAll);
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 10; ++round) {
                const auto caller = openCaller(settingsFor(server.url()), 8);
                answered += ask(*caller).outcome == Outcome::Answered;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(answered, 40);
    EXPECT_EQ(networkThreads(), 0U);
}

} // namespace
} // namespace ooto::test
