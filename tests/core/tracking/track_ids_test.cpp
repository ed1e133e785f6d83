// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/track_ids.cpp
#include "core/tracking/track_ids.h"

#include "stage.h"

#include <gtest/gtest.h>

#include <thread>

using namespace ooto::core;
using namespace ooto::test;

TEST(TrackIds, areGivenOnceAlsoToThreadsThatAskTogether)
{
    std::vector<std::vector<TrackId>> given(4);
    std::vector<std::thread> threads;
    for (auto &ids : given)
        threads.emplace_back([&ids] {
            for (int i = 0; i < 1000; ++i)
                ids.push_back(nextTrackId());
        });
    for (std::thread &thread : threads)
        thread.join();
    std::set<TrackId> all;
    for (const auto &ids : given)
        all.insert(ids.begin(), ids.end());
    EXPECT_EQ(all.size(), 4000U);
    EXPECT_GE(*all.begin(), 1);
}

TEST(TrackIds, goOnWhenAStreamIsStartedAgain)
{
    std::set<TrackId> all;
    for (int run = 0; run < 2; ++run) {
        Stage stage({{[](double) { return head(0.5, 0.5); }}});
        stage.run(0, 2);
        ASSERT_EQ(stage.tracksOf(0).size(), 1U);
        EXPECT_TRUE(all.insert(stage.ids[0].front()).second) << "somebody had this number";
    }
}
