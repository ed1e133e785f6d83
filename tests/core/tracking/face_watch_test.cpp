// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/face_watch.cpp
#include "core/tracking/face_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

/** One of many people's faces at a place; it moves with `at`. */
Patch faceOf(unsigned who, double gain = 1, double offset = 0)
{
    std::mt19937 random(who);
    Patch patch;
    for (float &value : patch.luma)
        value = static_cast<float>(offset + gain * (random() % 200));
    return patch;
}

class FaceWatchTest : public testing::Test
{
protected:
    void frame(StreamTime step, const Patch &patch)
    {
        now += step;
        watch.look(now, {{1, {0.4, 0.4, 0.2, 0.2}, seenAt}}, [&](const Box &) { return patch; });
    }

    FaceWatch watch;
    StreamTime now{0};
    StreamTime seenAt{0};
};

} // namespace

TEST_F(FaceWatchTest, noticesSomebodyElseOnTheFirstFrame)
{
    for (int i = 0; i < 5; ++i) {
        frame(40ms, faceOf(1));
        EXPECT_FALSE(watch.isUncertain(1));
        EXPECT_FALSE(watch.wantsSample());
    }
    frame(40ms, faceOf(2));
    EXPECT_TRUE(watch.isUncertain(1));
    EXPECT_TRUE(watch.wantsSample());
}

TEST_F(FaceWatchTest, isUncertainUntilASampleOfThenOrLater)
{
    frame(40ms, faceOf(1));
    frame(40ms, faceOf(2));
    const StreamTime change = now;
    seenAt = change - 1ms;
    frame(40ms, faceOf(2));
    EXPECT_TRUE(watch.isUncertain(1)) << "that sample was of before";
    EXPECT_FALSE(watch.wantsSample()) << "once is enough";
    seenAt = change;
    frame(40ms, faceOf(2));
    EXPECT_FALSE(watch.isUncertain(1));
}

TEST_F(FaceWatchTest, doesNotMindAChangeOfLight)
{
    frame(40ms, faceOf(1));
    frame(40ms, faceOf(1, 0.4, 30));
    EXPECT_FALSE(watch.isUncertain(1));
    frame(40ms, faceOf(1, 1.2, -20));
    EXPECT_FALSE(watch.isUncertain(1));
}

TEST_F(FaceWatchTest, overAGapBelievesOnlyAPictureThatStandsStill)
{
    frame(40ms, faceOf(1));
    frame(2s, faceOf(1));
    EXPECT_FALSE(watch.isUncertain(1));
    Patch moved = faceOf(1);
    std::mt19937 random(7);
    for (float &value : moved.luma)
        value += static_cast<float>(random() % 120);
    frame(40ms, moved);
    EXPECT_FALSE(watch.isUncertain(1));
    frame(2s, faceOf(1));
    EXPECT_TRUE(watch.isUncertain(1));
}

TEST_F(FaceWatchTest, overAGapBelievesNobodyWhereFramesCannotBeRead)
{
    const std::vector<WatchedFace> faces = {{1, {0.4, 0.4, 0.2, 0.2}, 0ns}};
    const auto unreadable = [](const Box &) -> std::optional<Patch> { return std::nullopt; };
    watch.look(0ns, faces, unreadable);
    watch.look(40ms, faces, unreadable);
    EXPECT_FALSE(watch.isUncertain(1));
    watch.look(2s, faces, unreadable);
    EXPECT_TRUE(watch.isUncertain(1));
}

TEST_F(FaceWatchTest, takesTwoEvenPlacesForTheSame)
{
    Patch grey;
    grey.luma.fill(90);
    frame(40ms, grey);
    grey.luma.fill(100);
    frame(40ms, grey);
    EXPECT_FALSE(watch.isUncertain(1));
    frame(40ms, faceOf(1));
    EXPECT_TRUE(watch.isUncertain(1));
}

TEST_F(FaceWatchTest, looksNoFurtherThanWhereItFindsTheFace)
{
    frame(40ms, faceOf(1));
    int reads = 0;
    const auto moved = [&](const Box &box) {
        ++reads;
        return faceOf(std::abs(box.x - 0.424) < 1e-6 ? 1 : 2);
    };
    watch.look(40ms, {{1, {0.4, 0.4, 0.2, 0.2}, 0ns}}, moved);
    EXPECT_FALSE(watch.isUncertain(1));
    EXPECT_LE(reads, 11) << "its place, and those next to it";
    reads = 0;
    watch.look(80ms, {{1, {0.4, 0.4, 0.2, 0.2}, 0ns}},
               [&](const Box &) { return ++reads, faceOf(3); });
    EXPECT_TRUE(watch.isUncertain(1));
    EXPECT_EQ(reads, 51) << "all of them, where it is nowhere";
}
