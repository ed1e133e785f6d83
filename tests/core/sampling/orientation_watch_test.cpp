// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/orientation_watch.cpp
#include "core/sampling/orientation_watch.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using ooto::core::OrientationWatch;
using ooto::core::StreamTime;

namespace
{

/** Samples without a face, to the end of this time. @return how often people are told */
int toldOf(OrientationWatch &watch, StreamTime from, StreamTime to, StreamTime interval = 200ms)
{
    int told = 0;
    for (StreamTime time = from; time <= to; time += interval)
        told += watch.noteSample(time, false);
    return told;
}

} // namespace

TEST(OrientationWatch, tellsOnceWhereATurnedVideoShowsNobodyForTenSeconds)
{
    OrientationWatch watch;
    watch.noteTag(true);
    EXPECT_EQ(toldOf(watch, 0s, 9800ms), 0);
    EXPECT_EQ(toldOf(watch, 10s, 100s), 1);
    watch.noteTag(true); // tags come again and again
    EXPECT_EQ(toldOf(watch, 100s, 200s), 0);
}

TEST(OrientationWatch, saysNothingOfAVideoThatIsShownAsItIs)
{
    OrientationWatch watch;
    EXPECT_EQ(toldOf(watch, 0s, 100s), 0);
    watch.noteTag(false);
    EXPECT_EQ(toldOf(watch, 100s, 200s), 0);
}

TEST(OrientationWatch, saysNothingWhereFacesWereFound)
{
    OrientationWatch watch;
    watch.noteTag(true);
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(watch.noteSample(i * 200ms, true));
    EXPECT_EQ(toldOf(watch, 1s, 100s), 0) << "it is turned, and nobody is there now";
}

TEST(OrientationWatch, aFaceSeenOnceInTheWallpaperIsNoProof)
{
    OrientationWatch watch;
    watch.noteTag(true);
    EXPECT_EQ(toldOf(watch, 0s, 5s), 0);
    EXPECT_FALSE(watch.noteSample(5200ms, true));
    EXPECT_EQ(toldOf(watch, 5400ms, 15200ms), 0);
    EXPECT_EQ(toldOf(watch, 15400ms, 16s), 1);
}

TEST(OrientationWatch, waitsForSomePicturesOfASlowStream)
{
    OrientationWatch watch;
    watch.noteTag(true);
    EXPECT_EQ(toldOf(watch, 0s, 90s, 30s), 0);
    EXPECT_EQ(toldOf(watch, 120s, 120s), 1);
}

TEST(OrientationWatch, countsFromTheTag)
{
    OrientationWatch watch;
    EXPECT_EQ(toldOf(watch, 0s, 60s), 0);
    watch.noteTag(true);
    EXPECT_EQ(toldOf(watch, 60200ms, 70s), 0);
    EXPECT_EQ(toldOf(watch, 70200ms, 71s), 1);
}
