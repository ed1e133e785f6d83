// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/network_thread.h"

#include "system/handles.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ooto::http
{
namespace
{

TEST(NetworkThread, runsTasksInTheirOrder)
{
    std::vector<int> ran;
    {
        NetworkThread thread;
        for (int i = 0; i < 1000; ++i)
            thread.post([&ran, i] { ran.push_back(i); });
    }
    ASSERT_EQ(ran.size(), 1000U);
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
}

TEST(NetworkThread, runsATaskLater)
{
    using namespace std::chrono_literals;
    std::vector<int> ran;
    std::promise<void> done;
    NetworkThread thread;
    const auto begin = std::chrono::steady_clock::now();
    thread.postIn(50ms, [&] {
        ran.push_back(2);
        done.set_value();
    });
    thread.postIn(1ms, [&ran] { ran.push_back(1); });
    thread.post([&ran] { ran.push_back(0); });
    ASSERT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
    EXPECT_EQ(ran, (std::vector{0, 1, 2}));
}

TEST(NetworkThread, doesNotWaitForWhatWouldRunLater)
{
    const auto held = std::make_shared<int>(0);
    const auto begin = std::chrono::steady_clock::now();
    {
        NetworkThread thread;
        thread.postIn(std::chrono::hours(1), [held] { ADD_FAILURE(); });
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_EQ(held.use_count(), 1) << "the task is still there";
}

TEST(NetworkThread, losesNoneFromManyThreads)
{
    int ran = 0; // touched on the network thread only
    NetworkThread network;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 500; ++j)
                network.post([&ran] { ++ran; });
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    int seen = 0;
    network.runAndWait([&] { seen = ran; });
    EXPECT_EQ(seen, 2000);
}

TEST(NetworkThread, waitsForTheTaskAndRunsNestedOnesAtOnce)
{
    NetworkThread thread;
    std::thread::id outer;
    std::thread::id inner;
    thread.runAndWait([&] {
        outer = std::this_thread::get_id();
        thread.runAndWait([&] { inner = std::this_thread::get_id(); });
        EXPECT_EQ(inner, outer);
    });
    EXPECT_EQ(inner, outer);
    EXPECT_NE(outer, std::this_thread::get_id());
}

TEST(NetworkThread, tasksPostedByTasksRunBeforeTheEnd)
{
    std::atomic<int> ran{0};
    {
        NetworkThread thread;
        thread.post([&] {
            ++ran;
            thread.post([&] { ++ran; });
        });
        thread.runAndWait([] {});
    }
    EXPECT_EQ(ran, 2);
}

TEST(NetworkThread, hasItsContextAsDefault)
{
    NetworkThread thread;
    GMainContext *context = nullptr;
    thread.runAndWait([&] { context = g_main_context_get_thread_default(); });
    EXPECT_NE(context, nullptr);
    EXPECT_NE(context, g_main_context_default());
}

TEST(NetworkThread, outlivesATaskThatThrowsAndNobodyWaitsForIt)
{
    NetworkThread thread;
    thread.runAndWait([] { throw std::runtime_error("no memory"); });
    bool ran = false;
    thread.runAndWait([&ran] { ran = true; });
    EXPECT_TRUE(ran);
}

} // namespace
} // namespace ooto::http
