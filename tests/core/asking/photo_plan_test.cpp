// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/photo_plan.cpp
#include "core/asking/photo_plan.h"

#include <gtest/gtest.h>

using namespace ooto::core;

namespace
{

constexpr FrameShape fullHd{1920, 1080, 1, 1};

Box inPx(double x, double y, double width, double height, const FrameShape &frame)
{
    return scaled({x, y, width, height}, 1.0 / frame.width, 1.0 / frame.height);
}

bool covers(const PixelRect &rect, const Box &px)
{
    return rect.x <= px.x && rect.y <= px.y && rect.x + rect.width >= px.right() &&
           rect.y + rect.height >= px.bottom();
}

} // namespace

TEST(PhotoPlan, addsTheMarginOnEachSide)
{
    const auto plan = planPhoto(inPx(800, 400, 200, 240, fullHd), fullHd, 0.5, 800);
    EXPECT_TRUE(covers(plan.source, {700, 280, 400, 480}));
    EXPECT_NEAR(plan.source.width, 400, 8);
    EXPECT_NEAR(plan.source.height, 480, 16);
    EXPECT_EQ(plan.photo.width, plan.source.width);
}

TEST(PhotoPlan, staysInsideTheFrame)
{
    for (const Box &face : {inPx(5, 5, 300, 300, fullHd), inPx(1700, 900, 200, 170, fullHd),
                            inPx(-50, -50, 3000, 3000, fullHd)}) {
        const auto plan = planPhoto(face, fullHd, 0.9, 800);
        EXPECT_GE(plan.source.x, 0);
        EXPECT_GE(plan.source.y, 0);
        EXPECT_LE(plan.source.x + plan.source.width, 1920);
        EXPECT_LE(plan.source.y + plan.source.height, 1080);
    }
}

TEST(PhotoPlan, longerSideIsAtMostWhatWasAskedFor)
{
    const auto plan = planPhoto(inPx(300, 100, 700, 800, fullHd), fullHd, 0.5, 400);
    EXPECT_LE(std::max(plan.photo.width, plan.photo.height), 400);
    EXPECT_NEAR(static_cast<double>(plan.photo.width) / plan.photo.height,
                static_cast<double>(plan.source.width) / plan.source.height, 0.01);
}

TEST(PhotoPlan, isNeverScaledUp)
{
    const auto plan = planPhoto(inPx(300, 100, 40, 40, fullHd), fullHd, 0.5, 800);
    EXPECT_EQ(plan.photo.width, plan.source.width);
    EXPECT_EQ(plan.photo.height, plan.source.height);
}

TEST(PhotoPlan, squaresPixelsByStretchingNeverByDroppingDetail)
{
    const FrameShape wide{720, 576, 16, 11};
    const auto plan = planPhoto(inPx(200, 200, 100, 150, wide), wide, 0.5, 800);
    EXPECT_NEAR(plan.photo.width, plan.source.width * 16.0 / 11, 1);
    EXPECT_EQ(plan.photo.height, plan.source.height);

    const FrameShape tall{720, 480, 10, 11};
    const auto other = planPhoto(inPx(200, 200, 100, 150, tall), tall, 0.5, 800);
    EXPECT_EQ(other.photo.width, other.source.width);
    EXPECT_NEAR(other.photo.height, other.source.height * 11.0 / 10, 1);
}

TEST(PhotoPlan, mapsThereAndBack)
{
    const FrameShape wide{720, 576, 16, 11};
    const Box face = inPx(210, 203, 100, 150, wide);
    const auto plan = planPhoto(face, wide, 0.5, 120);
    const Box back = plan.toFrame(plan.toPhoto(face, wide), wide);
    EXPECT_NEAR(back.x, face.x, 1e-9);
    EXPECT_NEAR(back.y, face.y, 1e-9);
    EXPECT_NEAR(back.width, face.width, 1e-9);
    EXPECT_NEAR(back.height, face.height, 1e-9);
}

TEST(PhotoPlan, worksOnTheTiniestFrames)
{
    const FrameShape tiny{16, 16, 1, 1};
    const auto plan = planPhoto({0, 0, 1, 1}, tiny, 0.5, 800);
    EXPECT_EQ(plan.source.width, 16);
    EXPECT_EQ(plan.source.height, 16);
    const auto extreme = planPhoto({0, 0, 1, 1}, {7680, 1, 1, 1}, 0.5, 64);
    EXPECT_EQ(extreme.photo.width, 64);
    EXPECT_GE(extreme.photo.height, 1);
}

TEST(MarginClearOf, neverReachesIntoAnotherFaceBeyondTheUsualMargin)
{
    const Box face = inPx(800, 400, 200, 200, fullHd);
    const auto cropWith = [&](double margin) {
        const PixelRect part = planPhoto(face, fullHd, margin, 10000).source;
        return inPx(part.x, part.y, part.width, part.height, fullHd);
    };
    for (const Box &other : {inPx(1150, 420, 60, 60, fullHd), inPx(560, 300, 100, 500, fullHd),
                             inPx(850, 100, 80, 90, fullHd), inPx(700, 790, 400, 100, fullHd)}) {
        const double margin = marginClearOf({other}, face, fullHd, 0.5, 2);
        EXPECT_GT(margin, 0.5);
        EXPECT_TRUE(intersection(cropWith(margin), other).empty());
        EXPECT_FALSE(intersection(cropWith(2), other).empty());
    }
    // Who is in the usual crop is painted over there, and no more of him is shown.
    EXPECT_EQ(marginClearOf({inPx(1050, 420, 60, 60, fullHd)}, face, fullHd, 0.5, 2), 0.5);
}

TEST(MarginClearOf, isAsWideAsWantedWhereNobodyIsNear)
{
    const Box face = inPx(800, 400, 200, 200, fullHd);
    EXPECT_EQ(marginClearOf({}, face, fullHd, 0.5, 2), 2);
    EXPECT_EQ(marginClearOf({inPx(1700, 400, 100, 100, fullHd)}, face, fullHd, 0.5, 2), 2);
    // A tighter crop is as tight as it was wanted.
    EXPECT_EQ(marginClearOf({inPx(1050, 420, 60, 60, fullHd)}, face, fullHd, 0.5, 0.15), 0.15);
}

TEST(TouchesEdge, isTrueForFacesThatMayBeCutOff)
{
    EXPECT_TRUE(touchesEdge(inPx(-3, 400, 200, 200, fullHd), fullHd));
    EXPECT_TRUE(touchesEdge(inPx(0, 400, 200, 200, fullHd), fullHd));
    EXPECT_TRUE(touchesEdge(inPx(1719, 400, 200, 200, fullHd), fullHd));
    EXPECT_TRUE(touchesEdge(inPx(800, 879, 200, 200, fullHd), fullHd));
    EXPECT_FALSE(touchesEdge(inPx(10, 400, 200, 200, fullHd), fullHd));
    EXPECT_FALSE(touchesEdge(inPx(1700, 860, 200, 200, fullHd), fullHd));
}

TEST(DetectionSize, scalesDownAsFarAsTheSmallestFaceAllows)
{
    const auto size = detectionSize(fullHd, 48, 12);
    EXPECT_EQ(size.width, 720);
    EXPECT_EQ(size.height, 405);
}

TEST(DetectionSize, neverScalesUpNorBelow320)
{
    EXPECT_EQ(detectionSize({480, 270, 1, 1}, 48, 40).width, 480);
    EXPECT_EQ(detectionSize({1920, 1080, 1, 1}, 1000, 10).width, 320);
    EXPECT_EQ(detectionSize({160, 120, 1, 1}, 48, 10).width, 160);
    EXPECT_EQ(detectionSize({16, 16, 1, 1}, 48, 10).width, 16);
}

TEST(DetectionSize, staysBelow1280SoThatLargeFacesAreSeen)
{
    EXPECT_EQ(detectionSize({7680, 4320, 1, 1}, 48, 16).width, 1280);
    EXPECT_EQ(detectionSize(fullHd, 8, 16).width, 1280);
}

TEST(DetectionSize, squaresPixels)
{
    const auto size = detectionSize({720, 576, 16, 11}, 48, 32);
    EXPECT_NEAR(size.width, 720 * 16.0 / 11, 1);
    EXPECT_EQ(size.height, 576);
}
