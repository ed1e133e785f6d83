// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/base/worker_pool.cpp
#include "core/base/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <stdexcept>
#include <string>

using ooto::core::Guarded;
using ooto::core::WorkerPool;

TEST(WorkerPool, doesJobsInOrder)
{
    Guarded<std::vector<int>> done;
    std::promise<void> last;
    WorkerPool pool(1, nullptr);
    for (int i = 0; i < 100; ++i)
        pool.post([&done, i] { done.lock()->push_back(i); });
    pool.post([&last] { last.set_value(); });
    last.get_future().wait();
    auto order = done.lock();
    ASSERT_EQ(order->size(), 100U);
    EXPECT_TRUE(std::is_sorted(order->begin(), order->end()));
}

TEST(WorkerPool, doesWhatIsPostedAheadBeforeAllThatWait)
{
    Guarded<std::vector<int>> done;
    std::promise<void> started;
    std::promise<void> release;
    std::promise<void> last;
    WorkerPool pool(1, nullptr);
    pool.post([&] {
        started.set_value();
        release.get_future().wait();
    });
    started.get_future().wait();
    const auto note = [&done](int number) {
        return [&done, number] { done.lock()->push_back(number); };
    };
    pool.post(note(3));
    pool.postAhead(note(1));
    pool.post(note(4));
    pool.postAhead(note(2));
    pool.post([&last] { last.set_value(); });
    release.set_value();
    last.get_future().wait();
    EXPECT_EQ(*done.lock(), (std::vector<int>{1, 2, 3, 4}));
}

TEST(WorkerPool, preparesEachThreadOnce)
{
    std::atomic<int> prepared{0};
    {
        WorkerPool pool(3, [&prepared] { ++prepared; });
    }
    EXPECT_EQ(prepared, 3);
}

TEST(WorkerPool, finishesTheJobUnderWayAndDropsTheRest)
{
    std::promise<void> started;
    std::promise<void> release;
    std::atomic<int> done{0};
    auto pool = std::make_unique<WorkerPool>(1, nullptr);
    pool->post([&] {
        started.set_value();
        release.get_future().wait();
        ++done;
    });
    started.get_future().wait();
    for (int i = 0; i < 10; ++i)
        pool->post([&] { ++done; });
    std::thread closer([&pool] { pool.reset(); });
    // The pool takes the waiting jobs out before it joins, but when it does is its own affair.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    release.set_value();
    closer.join();
    EXPECT_EQ(done, 1);
}

TEST(WorkerPool, freesWhatDroppedJobsHold)
{
    auto held = std::make_shared<int>(1);
    std::promise<void> started;
    std::promise<void> release;
    auto pool = std::make_unique<WorkerPool>(1, nullptr);
    pool->post([&] {
        started.set_value();
        release.get_future().wait();
    });
    started.get_future().wait();
    pool->post([held] {});
    EXPECT_EQ(held.use_count(), 2);
    release.set_value();
    pool.reset();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(WorkerPool, goesOnAfterAJobThatThrewAndTells)
{
    Guarded<std::vector<std::string>> told;
    std::promise<void> last;
    WorkerPool pool(
        1, [] { throw std::runtime_error("no name"); },
        [&told](const char *what) { told.lock()->emplace_back(what); });
    pool.post([] { throw std::runtime_error("no memory"); });
    pool.post([] { throw 7; });
    pool.post([&last] { last.set_value(); });
    ASSERT_EQ(last.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(*told.lock(),
              (std::vector<std::string>{"no name", "no memory", "an exception of no known type"}));
}

TEST(WorkerPool, goesOnAfterAJobThatThrewWithNobodyToTell)
{
    std::promise<void> last;
    WorkerPool pool(1, nullptr);
    pool.post([] { throw std::runtime_error("no memory"); });
    pool.post([&last] { last.set_value(); });
    EXPECT_EQ(last.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(WorkerPool, beginsNoJobOnceItsWorkHasEndedAndWaitsForTheOneUnderWay)
{
    std::promise<void> started;
    std::atomic<int> done{0};
    WorkerPool pool(1, nullptr);
    pool.post([&] {
        started.set_value();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ++done;
    });
    pool.post([&] { ++done; });
    started.get_future().wait();
    pool.endWork(std::chrono::seconds(10));
    EXPECT_EQ(done, 1);
    pool.post([&] { ++done; });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(done, 1);
}

TEST(WorkerPool, aJobMayEndTheWorkItself)
{
    std::promise<void> ended;
    WorkerPool pool(1, nullptr);
    pool.post([&] {
        pool.endWork(std::chrono::seconds(60));
        ended.set_value();
    });
    EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}
