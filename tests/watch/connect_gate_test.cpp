// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/connect_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace ooto::watch
{

namespace
{

TEST(ConnectGate, letsEightInAndTheOthersInTheirOrder)
{
    ConnectGate gate;
    std::vector<int> turns;
    std::vector<std::unique_ptr<ConnectGate::Place>> places;
    for (int i = 0; i < 11; ++i)
        places.push_back(gate.enter([&turns, i] { turns.push_back(i); }));
    for (int i = 0; i < 11; ++i)
        EXPECT_EQ(places[static_cast<std::size_t>(i)]->granted(), i < 8) << i;
    EXPECT_TRUE(turns.empty());
    places[3].reset();
    EXPECT_TRUE(places[8]->granted());
    EXPECT_FALSE(places[9]->granted());
    places[0].reset();
    EXPECT_EQ(turns, (std::vector{8, 9}));
}

TEST(ConnectGate, forgetsThoseThatLeaveTheRow)
{
    ConnectGate gate(1);
    auto inside = gate.enter([] {});
    bool leaverWasCalled = false;
    auto leaver = gate.enter([&] { leaverWasCalled = true; });
    auto waiting = gate.enter([] {});
    leaver.reset();
    inside.reset();
    EXPECT_TRUE(waiting->granted());
    EXPECT_FALSE(leaverWasCalled);
}

TEST(ConnectGate, mayGoBeforeItsPlaces)
{
    std::optional<ConnectGate> gate(std::in_place, 1);
    auto inside = gate->enter([] {});
    auto waiting = gate->enter([] {});
    gate.reset();
    inside.reset();
    EXPECT_TRUE(waiting->granted());
}

TEST(ConnectGate, neverHasMoreInsideThanPlaces)
{
    ConnectGate gate(2);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> entries{0};
    std::vector<std::thread> cameras;
    for (int i = 0; i < 6; ++i)
        cameras.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                // It may be told its turn when it has gone on already.
                const auto turn = std::make_shared<std::atomic<bool>>(false);
                const auto place = gate.enter([turn] {
                    *turn = true;
                    turn->notify_one();
                });
                if (!place->granted())
                    turn->wait(false);
                const int now = ++inside;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);)
                    ;
                ++entries;
                --inside;
            }
        });
    for (std::thread &camera : cameras)
        camera.join();
    EXPECT_EQ(entries, 1200);
    EXPECT_LE(most, 2);
}

} // namespace

} // namespace ooto::watch
