// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/vision/face_texture.cpp
#include "support/photos.h"
#include "vision/face_texture.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace ooto::vision
{
namespace
{

/** A face in a picture; box and landmarks as YuNet finds them, in its pixels. */
struct Face {
    cv::Mat picture;
    core::Box box;
    core::Landmarks landmarks;
};

Face hopper()
{
    return {photos::load(photos::hopperFile),
            {182.6, 104, 168.5, 215},
            {{{224.3, 174.2}, {307.2, 174.2}, {263.9, 220.7}, {227.7, 250.2}, {305.9, 250.3}}}};
}

Face collins()
{
    return {photos::load(photos::collinsFile),
            {178.2, 62.9, 89.9, 113.3},
            {{{200.1, 101.8}, {247.1, 102.6}, {220.4, 124.5}, {198.6, 142.8}, {239.7, 143.6}}}};
}

std::array<Face, 2> people()
{
    return {hopper(), collins()};
}

core::FaceTexturePtr aligned(const Face &face)
{
    return faceTextureOf(photos::view(face.picture), face.box, face.landmarks);
}

core::FaceTexturePtr unaligned(const Face &face)
{
    return faceTextureOf(photos::view(face.picture), face.box, std::nullopt);
}

/** 0 where either is null, which fails every test of who is alike. */
double similarity(const core::FaceTexturePtr &known, const core::FaceTexturePtr &seen)
{
    return known && seen ? textureSimilarity(*known, *seen) : 0;
}

/** Turned about the face's centre, scaled and moved, in a frame of its own. */
Face moved(const Face &face, double degrees, double factor, double x, double y)
{
    const core::Point centre = face.box.centre();
    cv::Mat matrix = cv::getRotationMatrix2D(
        {static_cast<float>(centre.x), static_cast<float>(centre.y)}, degrees, factor);
    matrix.at<double>(0, 2) += x;
    matrix.at<double>(1, 2) += y;
    const auto at = [&](const core::Point &point) {
        const cv::Mat to = matrix * (cv::Mat_<double>(3, 1) << point.x, point.y, 1);
        return core::Point{to.at<double>(0), to.at<double>(1)};
    };
    Face result;
    cv::warpAffine(face.picture, result.picture, matrix, {640, 640}, cv::INTER_AREA);
    for (std::size_t i = 0; i < face.landmarks.size(); ++i)
        result.landmarks[i] = at(face.landmarks[i]);
    const core::Point to = at(centre);
    result.box = core::scaled(face.box, factor, factor);
    result.box.x = to.x - result.box.width / 2;
    result.box.y = to.y - result.box.height / 2;
    return result;
}

Face lit(const Face &face, double gain, double offset)
{
    Face result{{}, face.box, face.landmarks};
    face.picture.convertTo(result.picture, -1, gain, offset);
    return result;
}

Face noisy(const Face &face, double sigma)
{
    Face result{{}, face.box, face.landmarks};
    cv::Mat noise(face.picture.size(), CV_16SC3);
    cv::RNG(3).fill(noise, cv::RNG::NORMAL, 0, sigma);
    cv::add(face.picture, noise, result.picture, cv::noArray(), CV_8U);
    return result;
}

Face grey(const Face &face)
{
    Face result{{}, face.box, face.landmarks};
    cv::cvtColor(face.picture, result.picture, cv::COLOR_BGR2GRAY);
    cv::cvtColor(result.picture, result.picture, cv::COLOR_GRAY2BGR);
    return result;
}

} // namespace

TEST(FaceTextureOf, isOneVectorOfUnitLengthWhereThereAreLandmarks)
{
    const auto texture = aligned(hopper());
    ASSERT_TRUE(texture);
    EXPECT_TRUE(texture->aligned);
    ASSERT_EQ(texture->variants.size(), 1u);
    const auto &vector = texture->variants.front();
    EXPECT_NEAR(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0), 1, 1e-4);
    EXPECT_NEAR(similarity(texture, texture), 1, 1e-4);
}

TEST(FaceTextureOf, tellsTwoPeopleApart)
{
    EXPECT_LT(similarity(aligned(hopper()), aligned(collins())), 0.73);
    EXPECT_LT(similarity(unaligned(hopper()), unaligned(collins())), 0.77);
}

TEST(FaceTextureOf, isTheSameWhereverTheFaceIsHoweverLargeAndTurned)
{
    for (const Face &face : people()) {
        const auto known = aligned(face);
        EXPECT_GT(similarity(known, aligned(moved(face, 0, 1, 31.3, -17.8))), 0.95);
        EXPECT_GT(similarity(known, aligned(moved(face, 25, 1, 20, 40))), 0.9);
        EXPECT_GT(similarity(known, aligned(moved(face, -40, 1, 20, 40))), 0.9);
        EXPECT_GT(similarity(known, aligned(moved(face, 0, 60 / face.box.width, 5, 5))), 0.85);
        EXPECT_GT(similarity(known, aligned(moved(face, 10, 1.6, 0, 0))), 0.85);
    }
}

TEST(FaceTextureOf, isTheSameInAnyLight)
{
    for (const Face &face : people()) {
        const auto known = aligned(face);
        EXPECT_GT(similarity(known, aligned(lit(face, 0.3, 0))), 0.95);
        EXPECT_GT(similarity(known, aligned(lit(face, 0.6, 60))), 0.95);
        EXPECT_GT(similarity(known, aligned(lit(face, 0.15, 0))), 0.9);
        EXPECT_GT(similarity(known, aligned(noisy(face, 4))), 0.76);
        EXPECT_GT(similarity(known, aligned(grey(face))), 0.99);
    }
}

TEST(FaceTextureOf, needsOnlyTheMarginAndTheSizeThatItAsksFor)
{
    for (const Face &face : people()) {
        const double longer = std::max(face.box.width, face.box.height);
        const double margin = textureMargin * longer;
        const core::Box around = core::intersection(
            {face.box.x - margin, face.box.y - margin, face.box.width + 2 * margin,
             face.box.height + 2 * margin},
            {0, 0, static_cast<double>(face.picture.cols), static_cast<double>(face.picture.rows)});
        const cv::Rect pixels(static_cast<int>(around.x), static_cast<int>(around.y),
                              static_cast<int>(around.width), static_cast<int>(around.height));
        const double factor = std::min(1.0, textureFacePx / longer);
        Face cut;
        cv::resize(face.picture(pixels), cut.picture, {}, factor, factor, cv::INTER_AREA);
        const auto there = [&](double x, double y) {
            return core::Point{(x - pixels.x) * factor, (y - pixels.y) * factor};
        };
        for (std::size_t i = 0; i < face.landmarks.size(); ++i)
            cut.landmarks[i] = there(face.landmarks[i].x, face.landmarks[i].y);
        const core::Point corner = there(face.box.x, face.box.y);
        cut.box = {corner.x, corner.y, face.box.width * factor, face.box.height * factor};
        EXPECT_GT(similarity(aligned(face), aligned(cut)), 0.93);
        EXPECT_GT(similarity(unaligned(face), unaligned(cut)), 0.93);
    }
}

TEST(FaceTextureOf, looksInBoxesBesideItsOwnWithoutLandmarks)
{
    for (const Face &face : people()) {
        const auto known = unaligned(face);
        ASSERT_TRUE(known);
        EXPECT_FALSE(known->aligned);
        EXPECT_EQ(known->variants.size(), 27u);
        EXPECT_NEAR(similarity(known, known), 1, 1e-4);
        for (const auto &[x, y, size] : {std::array{0.07, 0.0, 1.0},
                                         {-0.07, 0.07, 1.0},
                                         {0.0, -0.07, 1.0},
                                         {0.0, 0.0, 1.1},
                                         {0.06, 0.06, 0.9}}) {
            Face beside = face;
            beside.box.width *= size;
            beside.box.height *= size;
            const double side = std::sqrt(face.box.area());
            beside.box.x += x * side + (face.box.width - beside.box.width) / 2;
            beside.box.y += y * side + (face.box.height - beside.box.height) / 2;
            const auto seen = unaligned(beside);
            ASSERT_TRUE(seen);
            core::FaceTexture only{.aligned = false, .variants = {seen->variants.front()}};
            EXPECT_GT(similarity(known, seen), 0.85) << x << ", " << y << ", " << size;
            EXPECT_GT(similarity(known, seen), textureSimilarity(*known, only) + 0.05);
        }
    }
}

TEST(FaceTextureOf, isNullWhereNothingCanBeTold)
{
    const Face face = hopper();
    const core::ImageView image = photos::view(face.picture);
    const auto told = [&](const core::Box &box, const std::optional<core::Landmarks> &landmarks) {
        return faceTextureOf(image, box, landmarks) != nullptr;
    };
    EXPECT_TRUE(told(face.box, face.landmarks));
    EXPECT_FALSE(faceTextureOf({}, face.box, face.landmarks));
    EXPECT_FALSE(told({200, 200, 12, 12}, std::nullopt));
    EXPECT_FALSE(told({}, std::nullopt));
    EXPECT_FALSE(told({-120, 100, 200, 200}, std::nullopt)) << "mostly outside";
    EXPECT_FALSE(told({1e9, 0, 200, 200}, std::nullopt));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(told({nan, 100, 200, 200}, std::nullopt));
    EXPECT_FALSE(told({100, 100, nan, 200}, std::nullopt));

    core::Landmarks odd = face.landmarks;
    odd[2].x = nan;
    EXPECT_FALSE(told(face.box, odd));
    odd.fill(face.box.centre());
    EXPECT_FALSE(told(face.box, odd)) << "all in one place";
    odd = face.landmarks;
    odd[0].x = -400;
    EXPECT_FALSE(told(face.box, odd)) << "not on this face";
}

TEST(FaceTextureOf, isNullWhereTheFaceIsOneEvenColour)
{
    // Two black pictures are alike, and no proof of anything.
    Face face = hopper();
    face.picture.setTo(cv::Scalar(3, 3, 3));
    EXPECT_FALSE(aligned(face));
    EXPECT_FALSE(unaligned(face));
}

TEST(FaceTextureOf, tellsAFaceAtTheEdgeOfTheImage)
{
    const Face face = hopper();
    Face cut = face;
    const cv::Rect pixels(200, 0, 312, 512); // a tenth of the face is outside
    cut.picture = face.picture(pixels);
    cut.box.x -= pixels.x;
    for (core::Point &point : cut.landmarks)
        point.x -= pixels.x;
    EXPECT_GT(similarity(aligned(face), aligned(cut)), 0.76);
}

} // namespace ooto::vision
