// SPDX-License-Identifier: LGPL-2.1-or-later
// A budget, a rate and visits of several machines, and a server that works.
#include <gtest/gtest.h>

#include "shared_run.h"

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Take = SharedRun::Take;

/** Takes what all of them get, at the same time. */
int takeTogether(std::vector<std::unique_ptr<SharedRun>> &runs)
{
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (const auto &run : runs)
        threads.emplace_back([&] { sum += run->takeAll(); });
    for (std::thread &thread : threads)
        thread.join();
    return sum;
}

TEST_F(SharedStateTest, fourRunsTakeExactlyTheLimit)
{
    const auto server = knownServer();
    std::vector<std::unique_ptr<SharedRun>> runs;
    for (int i = 0; i < 4; ++i)
        runs.push_back(
            std::make_unique<SharedRun>(server->port(), SharedRun::Options{.limit = 150}));
    EXPECT_EQ(takeTogether(runs), 150);
    EXPECT_EQ(runs[0]->take().what, Take::Spent);
    EXPECT_EQ((*runs[0])->usedToday(), 150U);
}

TEST_F(SharedStateTest, oneTakesWhatTheOthersDoNotNeed)
{
    const auto server = knownServer();
    SharedRun idle(server->port(), {.limit = 12});
    SharedRun alsoIdle(server->port(), {.limit = 12});
    SharedRun busy(server->port(), {.limit = 12});
    EXPECT_EQ(busy.takeAll(), 12);
}

TEST_F(SharedStateTest, waitsUntilAnEmptyServerKnowsEverybody)
{
    RedisServer server;
    SharedRun first(server.port(), {.limit = 12});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(first.take().what, Take::Wait);
    SharedRun second(server.port(), {.limit = 12});
    std::thread other([&] { second.takeAll(); });
    EXPECT_GT(first.takeAll(), 0);
    other.join();
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 9s);
    EXPECT_EQ(first->usedToday(), 12U);
}

TEST_F(SharedStateTest, aFlushInBetweenCostsAndGivesNothing)
{
    const auto server = knownServer();
    ScratchDirectory folder;
    int sum = 0;
    {
        SharedRun gone(server->port(), {.limit = 30, .folder = folder.path()});
        for (int i = 0; i < 5; ++i)
            sum += gone.take().what == Take::Go;
    }
    SharedRun a(server->port(), {.limit = 30, .folder = folder.path()});
    SharedRun b(server->port(), {.limit = 30});
    for (int i = 0; i < 4; ++i)
        sum += int(a.takeOne()) + int(b.takeOne());
    EXPECT_EQ(sum, 13);
    server->flush();
    std::atomic<int> ofB{0};
    std::thread other([&] { ofB = b.takeAll(); });
    sum += a.takeAll();
    other.join();
    EXPECT_EQ(sum + ofB, 30) << "also those of a run that is over, whose machine remembers";
}

TEST_F(SharedStateTest, theSameProcessGoesOnWithItsCount)
{
    const auto server = knownServer();
    for (int i = 0; i < 3; ++i) {
        SharedRun run(server->port(), {.limit = 12});
        EXPECT_EQ(run.take().what, Take::Go);
    }
    const auto today = service::budgetKeys(sharedPrefix, service::localDay().date)[0];
    const std::string hash = server->command({"HGETALL", today});
    std::size_t runs = 0;
    for (std::size_t at = hash.find("\nr:"); at != std::string::npos;
         at = hash.find("\nr:", at + 1))
        ++runs;
    EXPECT_EQ(runs, 1U) << hash;
}

TEST_F(SharedStateTest, whatIsNotUsedIsThereForTheNext)
{
    const auto server = knownServer();
    SharedRun run(server->port(), {.limit = 2});
    ASSERT_EQ(run.take().what, Take::Go);
    ASSERT_EQ(run.take().what, Take::Go);
    ASSERT_EQ(run.take().what, Take::Spent);
    run->giveBack(run->today());
    EXPECT_EQ(run.take().what, Take::Go);
    EXPECT_EQ(run.take().what, Take::Spent);
}

TEST_F(SharedStateTest, aRateIsThatOfAll)
{
    const auto server = knownServer();
    std::vector<std::unique_ptr<SharedRun>> runs;
    for (int i = 0; i < 3; ++i)
        runs.push_back(std::make_unique<SharedRun>(server->port(),
                                                   SharedRun::Options{.limit = 0, .rate = 20}));
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (const auto &run : runs)
        threads.emplace_back([&] {
            while (sum < 60)
                sum += run->take().what == Take::Go;
        });
    for (std::thread &thread : threads)
        thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    // Slower machines take longer; sooner it must not be, but for the burst of one second.
    EXPECT_GE(took.count(), (60 - 20) / 20.0 - 0.2);
}

TEST_F(SharedStateTest, aVisitHasOneName)
{
    const auto server = knownServer();
    SharedRun door(server->port(), {});
    SharedRun hall(server->port(), {});
    ASSERT_TRUE(door.takeOne());
    ASSERT_TRUE(hall.takeOne());
    EXPECT_TRUE(door.visit("anna", "door-1").isOwn);
    const service::SharedVisit there = hall.visit("anna", "hall-1");
    EXPECT_FALSE(there.isOwn);
    EXPECT_EQ(there.visitId, "door-1");
    EXPECT_TRUE(hall.visit("bert", "hall-2").isOwn);
    EXPECT_TRUE(door.visit("anna", "door-1").isOwn) << "it goes on";
    EXPECT_EQ(hall.visit("anna", "door-1").visitId, "door-1");
}

TEST_F(SharedStateTest, aVisitGoesOnWhileItIsClaimedAndEndsAfter)
{
    const auto server = knownServer();
    SharedRun door(server->port(), {});
    SharedRun hall(server->port(), {});
    ASSERT_TRUE(door.takeOne());
    ASSERT_TRUE(hall.takeOne());
    ASSERT_TRUE(door.visit("anna", "door-1", 3s).isOwn);
    for (int i = 0; i < 5; ++i) {
        std::this_thread::sleep_for(1s);
        EXPECT_TRUE(door.visit("anna", "door-1", 3s).isOwn);
    }
    EXPECT_EQ(hall.visit("anna", "hall-1", 3s).visitId, "door-1");
    EXPECT_TRUE(eventually([&] {
        std::this_thread::sleep_for(200ms);
        return server->keys().find("visit") == std::string::npos;
    }));
    EXPECT_TRUE(hall.visit("anna", "hall-2", 3s).isOwn);
}

TEST_F(SharedStateTest, noFaceNoNameAndNoKeyIsInIt)
{
    const auto server = knownServer();
    SharedRun run(server->port(), {});
    ASSERT_EQ(run.take().what, Take::Go);
    run.visit("anna", "door-1");
    const std::string keys = server->keys();
    EXPECT_EQ(keys.find("anna"), std::string::npos) << keys;
    EXPECT_NE(keys.find(sharedPrefix + "visit:"), std::string::npos) << keys;
    EXPECT_NE(keys.find(sharedPrefix + "day:"), std::string::npos) << keys;
}

TEST_F(SharedStateTest, anotherTimeZoneIsTold)
{
    const auto server = knownServer();
    const auto elsewhere = [] {
        service::Today today = service::localDay();
        today.zone = "+0930";
        return today;
    };
    SharedRun run(server->port(), {.calendar = elsewhere});
    ASSERT_EQ(run.take().what, Take::Go);
    const auto warnings = run.warnings(1);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("UTC+0930"), std::string::npos) << warnings[0];
}

TEST_F(SharedStateTest, aNewDayBeginsAtOnceForThoseOfYesterday)
{
    RedisServer server;
    const service::Today now = service::localDay();
    const auto past = std::make_shared<std::atomic<bool>>(true);
    // What the clocks here call yesterday began an hour ago, and goes over to today at a word.
    const auto calendar = [now, past] {
        service::Today today = now;
        if (*past)
            today.date -= std::chrono::days(1);
        today.begin = now.begin - 86400;
        today.end = now.end + 86400;
        return today;
    };
    SharedRun a(server.port(), {.limit = 12, .calendar = calendar});
    SharedRun b(server.port(), {.limit = 12, .calendar = calendar});
    ASSERT_GT(a.takeAllUntil(Take::Spent), 0);
    *past = false;
    std::atomic<int> ofB{0};
    ASSERT_TRUE(eventually([&] { return a.take().what == Take::Go; }));
    std::thread other([&] { ofB = b.takeAll(); });
    const int ofA = 1 + a.takeAll();
    other.join();
    EXPECT_EQ(ofA + ofB, 12);
}

} // namespace
} // namespace ooto::test
