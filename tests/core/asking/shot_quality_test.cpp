// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/shot_quality.cpp
#include "core/asking/shot_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

using namespace ooto::core;

namespace
{

constexpr FrameShape fullHd{1920, 1080, 1, 1};
constexpr ShotMeasures perfect{1, 1};
constexpr double usualMargin = 0.5;
constexpr double usualLeastPx = 48;
constexpr double usualMinQuality = 0.3;

Box inPx(double x, double y, double width, double height, const FrameShape &frame = fullHd)
{
    return scaled({x, y, width, height}, 1.0 / frame.width, 1.0 / frame.height);
}

Observation seen(const Box &box)
{
    Observation face;
    face.box = box;
    face.score = 0.9;
    return face;
}

/** In the middle of the picture. */
Observation ofSize(double px)
{
    return seen(inPx(900, 500, px, px * 1.25));
}

/**
 * With the landmarks of a head that is turned by so many degrees: a solid one, 63 mm from eye to
 * eye, seen from far away.
 */
Observation turned(double yaw, double pitch = 0, double roll = 0)
{
    struct Solid {
        double x, y, z; // mm; right in the picture, down, towards the camera
    };
    constexpr std::array<Solid, 5> head = {
        {{-31.5, 0, 0}, {31.5, 0, 0}, {0, 35, 32}, {-25, 64, 2}, {25, 64, 2}}};
    constexpr double degree = std::numbers::pi / 180;
    Observation face = ofSize(160);
    const Point centre{face.box.centre().x * fullHd.width, face.box.centre().y * fullHd.height};
    Landmarks landmarks;
    for (std::size_t i = 0; i < head.size(); ++i) {
        const double depth =
            head[i].z * std::cos(pitch * degree) - (head[i].y - 32) * std::sin(pitch * degree);
        const double y =
            (head[i].y - 32) * std::cos(pitch * degree) + head[i].z * std::sin(pitch * degree);
        const double x = head[i].x * std::cos(yaw * degree) + depth * std::sin(yaw * degree);
        landmarks[i] = {
            (centre.x + x * std::cos(roll * degree) - y * std::sin(roll * degree)) / fullHd.width,
            (centre.y + x * std::sin(roll * degree) + y * std::cos(roll * degree)) / fullHd.height};
    }
    face.landmarks = landmarks;
    return face;
}

ShotQuality judged(const Observation &face, const ShotMeasures &measures = perfect,
                   const std::vector<Observation> &others = {}, double minFacePx = usualLeastPx)
{
    std::vector<Observation> all = others;
    all.push_back(face);
    return judgeShot(face, all, fullHd, measures, usualMargin, minFacePx);
}

} // namespace

TEST(ShotQuality, isOneForALargeSharpFrontalFace)
{
    const ShotQuality quality = judged(ofSize(220));
    EXPECT_DOUBLE_EQ(quality.total, 1);
    EXPECT_EQ(worstPart(quality), Reason::None);
}

TEST(ShotQuality, growsWithTheSizeOfTheFace)
{
    double before = 0;
    for (const double px : {20, 32, 47, 48, 60, 80, 110, 150, 199}) {
        const double now = judged(ofSize(px)).total;
        EXPECT_GT(now, before) << px;
        before = now;
    }
}

TEST(ShotQuality, ofTheSmallestUsableFaceIsLowButUsable)
{
    // As sharp as a portrait of 48 px is measured.
    const ShotQuality smallest = judged(ofSize(48), {0.83, 1});
    EXPECT_GT(smallest.total, 0.35);
    EXPECT_LT(smallest.total, 0.45);
    EXPECT_EQ(worstPart(smallest), Reason::TooSmall);
    const ShotQuality tooSmall = judged(ofSize(47));
    EXPECT_LT(tooSmall.total, usualMinQuality);
    EXPECT_EQ(worstPart(tooSmall), Reason::TooSmall);
}

TEST(ShotQuality, isPlainlyGoodFromSome115PxOn)
{
    EXPECT_GE(judged(ofSize(115), {0.9, 0.9}).total, plainlyGoodShot);
    EXPECT_LT(judged(ofSize(85), {0.9, 0.9}).total, plainlyGoodShot);
    EXPECT_GE(judged(ofSize(200), {0.8, 0.9}).total, 0.85);
}

TEST(ShotQuality, heedsTheSizeThatTheUserWants)
{
    // Whoever asks for smaller faces gets them, whoever asks for larger ones gets no smaller ones.
    EXPECT_GE(judged(ofSize(30), perfect, {}, 24).total, usualMinQuality);
    EXPECT_LT(judged(ofSize(110), perfect, {}, 120).total, usualMinQuality);
    EXPECT_GE(judged(ofSize(121), perfect, {}, 120).total, plainlyGoodShot);
}

TEST(ShotQuality, isHopelessForASmear)
{
    const ShotQuality smear = judged(ofSize(300), {0.15, 1});
    EXPECT_LT(smear.total, usualMinQuality);
    EXPECT_EQ(worstPart(smear), Reason::Blurred);
    // A barely usable one is still used when nothing better comes.
    EXPECT_GE(judged(ofSize(200), {0.3, 1}).total, usualMinQuality);
}

TEST(ShotQuality, isHopelessInTheDark)
{
    const ShotQuality dark = judged(ofSize(300), {1, 0.1});
    EXPECT_LT(dark.total, usualMinQuality);
    EXPECT_EQ(worstPart(dark), Reason::BadlyLit);
}

TEST(ShotQuality, fallsAsAHeadTurnsAway)
{
    EXPECT_NEAR(judged(turned(0)).frontality, 1, 0.01);
    for (const double side : {-1, 1}) {
        double before = judged(turned(0)).frontality + 0.001;
        for (const double yaw : {15, 30, 45, 55}) {
            const double now = judged(turned(side * yaw)).frontality;
            EXPECT_LT(now, before) << side * yaw;
            before = now - 1e-9;
        }
        EXPECT_GT(judged(turned(side * 25)).frontality, 0.75);
        for (const double yaw : {62, 75, 85}) {
            const ShotQuality profile = judged(turned(side * yaw));
            EXPECT_LT(profile.total, usualMinQuality) << side * yaw;
            EXPECT_EQ(worstPart(profile), Reason::TurnedAway);
        }
    }
}

TEST(ShotQuality, fallsAsAHeadNods)
{
    EXPECT_GT(judged(turned(0, 15)).frontality, 0.9);
    EXPECT_GT(judged(turned(0, -15)).frontality, 0.9);
    EXPECT_LT(judged(turned(0, 45)).frontality, 0.7);
    EXPECT_LT(judged(turned(0, -45)).frontality, 0.7);
}

TEST(ShotQuality, hardlyMindsAHeadThatLeans)
{
    for (const double roll : {-30, 30})
        EXPECT_GT(judged(turned(0, 0, roll)).frontality, 0.8);
    EXPECT_LT(judged(turned(0, 0, 90)).total, usualMinQuality);
    // Leaning does not look like turning.
    EXPECT_NEAR(judged(turned(40, 0, 15)).frontality, judged(turned(40)).frontality, 0.02);
}

TEST(ShotQuality, heedsPixelsThatAreNotSquare)
{
    // The same leaning and turned head, in a frame of half as many columns.
    const Observation face = turned(35, 0, 30);
    const FrameShape narrow{960, 1080, 2, 1};
    EXPECT_NEAR(judgeShot(face, {face}, narrow, perfect, usualMargin, usualLeastPx).frontality,
                judged(face).frontality, 1e-9);
}

TEST(ShotQuality, takesFacesWithoutLandmarksAsFrontal)
{
    EXPECT_EQ(judged(ofSize(120)).frontality, 1);
}

TEST(ShotQuality, takesLandmarksThatAreNoneAsTurnedAway)
{
    Observation face = ofSize(150);
    face.landmarks = Landmarks{};
    EXPECT_EQ(judged(face).frontality, 0);
    face = turned(0);
    (*face.landmarks)[2].x = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(judged(face).total, 0);
    face = turned(0);
    std::swap((*face.landmarks)[0], (*face.landmarks)[1]);
    EXPECT_EQ(judged(face).total, 0);
}

TEST(ShotQuality, isNothingForAFaceThatIsCutOff)
{
    for (const Box &box : {inPx(0, 400, 200, 250), inPx(1725, 400, 200, 250),
                           inPx(800, -30, 200, 250), inPx(800, 835, 200, 250)}) {
        const ShotQuality quality = judged(seen(box));
        EXPECT_EQ(quality.total, 0);
        EXPECT_EQ(worstPart(quality), Reason::Edge);
    }
}

TEST(ShotQuality, isALittleLessWhereOnlyTheMarginIsCutOff)
{
    const double near = judged(seen(inPx(20, 400, 200, 250))).edge;
    const double farther = judged(seen(inPx(60, 400, 200, 250))).edge;
    EXPECT_LT(near, farther);
    EXPECT_LT(farther, 1);
    EXPECT_GT(near, 0.8);
    EXPECT_EQ(judged(seen(inPx(110, 400, 200, 250))).edge, 1);
}

TEST(ShotQuality, fallsAsANeighbourComesCloser)
{
    const Observation face = seen(inPx(900, 400, 200, 250));
    double before = 1.001;
    for (const double gap : {120, 80, 30, 0, -10, -40, -90}) {
        const Observation neighbour = seen(inPx(1100 + gap, 400, 200, 250));
        const double now = judged(face, perfect, {neighbour}).crowding;
        EXPECT_LT(now, before) << gap;
        before = now;
    }
    EXPECT_LT(before, 0.3);
    EXPECT_EQ(judged(face, perfect, {seen(inPx(1250, 400, 200, 250))}).crowding, 1);
    // One beside it is painted over.
    EXPECT_GT(judged(face, perfect, {seen(inPx(1120, 400, 200, 250))}).crowding, 0.7);
}

TEST(ShotQuality, countsNeighboursThatAreHardlySeen)
{
    const Observation face = seen(inPx(900, 400, 200, 250));
    Observation weak = seen(inPx(1040, 400, 200, 250));
    weak.weak = true;
    const ShotQuality quality = judged(face, perfect, {weak});
    EXPECT_LT(quality.total, 0.31);
    EXPECT_EQ(worstPart(quality), Reason::Crowded);
}

TEST(ShotQuality, doesNotTakeTheFaceForItsOwnNeighbour)
{
    const Observation face = seen(inPx(900, 400, 200, 250));
    EXPECT_EQ(judged(face, perfect, {face, seen(inPx(905, 404, 200, 250))}).crowding, 1);
}

TEST(ShotQuality, isNothingWithoutAFace)
{
    EXPECT_EQ(judged(seen({})).total, 0);
    const Observation face = ofSize(100);
    EXPECT_EQ(judgeShot(face, {face}, {}, perfect, usualMargin, usualLeastPx).total, 0);
}
