// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/small_faces.cpp
#include "core/sampling/small_faces.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace std::chrono_literals;

namespace
{

constexpr double minFacePx = 48;

/** Samples searched once a second. */
class Watch
{
public:
    void see(int seconds, const std::vector<double> &sidesPx)
    {
        for (int i = 0; i < seconds; ++i)
            faces_.note(time_ += 1s, sidesPx, minFacePx);
    }
    const std::string &notice() const { return faces_.notice(); }

    SmallFaces faces_;
    StreamTime time_{0};
};

} // namespace

TEST(SmallFaces, saysHowManyAndHowLargeOnceThatWasAllForAMinute)
{
    Watch watch;
    watch.see(20, {25.2, 41.7});
    watch.see(40, {30, 20, 22});
    EXPECT_EQ(watch.notice(), "");
    watch.see(1, {30});
    EXPECT_EQ(watch.notice(), "3 faces up to 41 px; min-face-size is 48");
    // It stays as it was said.
    watch.see(60, {33, 34, 35, 47});
    EXPECT_EQ(watch.notice(), "3 faces up to 41 px; min-face-size is 48");
}

TEST(SmallFaces, saysOneFaceOfOne)
{
    Watch watch;
    watch.see(61, {47.9});
    EXPECT_EQ(watch.notice(), "1 face up to 47 px; min-face-size is 48");
}

TEST(SmallFaces, saysNothingWhereAFaceIsLargeEnough)
{
    Watch watch;
    watch.see(59, {30});
    watch.see(1, {30, 48});
    watch.see(59, {30});
    EXPECT_EQ(watch.notice(), "");
    watch.see(2, {30});
    EXPECT_NE(watch.notice(), "");
    watch.see(1, {60});
    EXPECT_EQ(watch.notice(), "");
    watch.see(61, {31});
    EXPECT_EQ(watch.notice(), "1 face up to 31 px; min-face-size is 48");
}

TEST(SmallFaces, forgetsWhoHasGone)
{
    Watch watch;
    watch.see(30, {30});
    watch.see(12, {});
    watch.see(30, {30});
    EXPECT_EQ(watch.notice(), "");
}

TEST(SmallFaces, endsTheNoticeWhenTheyHaveGone)
{
    Watch watch;
    watch.see(61, {30});
    EXPECT_NE(watch.notice(), "");
    watch.see(12, {});
    EXPECT_EQ(watch.notice(), "");
}

TEST(SmallFaces, knowsThatDetectorsMissAFaceNowAndThen)
{
    Watch watch;
    for (int i = 0; i < 21; ++i) {
        watch.see(1, {30});
        watch.see(2, {});
    }
    EXPECT_NE(watch.notice(), "");
}

TEST(SmallFaces, doesNotTakeAFewMistakesForFaces)
{
    Watch watch;
    watch.faces_.note(1s, {30}, minFacePx);
    watch.faces_.note(70s, {30}, minFacePx);
    EXPECT_EQ(watch.notice(), "");
}

TEST(SmallFaces, takesAStillSceneForWhatWasSeenInIt)
{
    // With the slower detector a still scene is searched once a minute.
    Watch watch;
    for (const StreamTime time : {0s, 1s, 60s, 120s})
        watch.faces_.note(time, {30}, minFacePx);
    EXPECT_NE(watch.notice(), "");
}

TEST(SmallFaces, beginsAnewWhenTimeGoesBack)
{
    Watch watch;
    watch.see(61, {30});
    watch.faces_.note(1s, {30}, minFacePx);
    EXPECT_EQ(watch.notice(), "");
}
