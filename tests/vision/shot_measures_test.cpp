// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/shot_measures.cpp
#include "support/photos.h"
#include "vision/shot_measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace ooto::vision
{
namespace
{

/** A face in a crop. Blurs are told in pixels of a face that is 112 px wide. */
struct Shot {
    cv::Mat crop;
    core::Box face;

    double blurScale() const { return face.shorterSide() / 112; }
};

Shot shot(const std::string &file, const core::Box &face, double facePx)
{
    const cv::Mat photo = photos::load(file);
    const cv::Mat crop =
        photos::resized(photo, static_cast<int>(std::lround(photo.cols * facePx / face.width)));
    const double scale = static_cast<double>(crop.cols) / photo.cols;
    return {crop, core::scaled(face, scale, scale)};
}

std::vector<Shot> portraits(double facePx)
{
    return {shot(photos::hopperFile, photos::hopperFace, facePx),
            shot(photos::collinsFile, photos::collinsFace, facePx)};
}

core::ShotMeasures of(const Shot &shot)
{
    return measureShot(photos::view(shot.crop), shot.face);
}

Shot smeared(const Shot &shot, double lengthPx, bool horizontally)
{
    const int length = static_cast<int>(std::lround(lengthPx * shot.blurScale()));
    Shot result{{}, shot.face};
    cv::blur(shot.crop, result.crop, horizontally ? cv::Size(length, 1) : cv::Size(1, length));
    return result;
}

Shot defocused(const Shot &shot, double sigmaPx)
{
    Shot result{{}, shot.face};
    cv::GaussianBlur(shot.crop, result.crop, {}, sigmaPx * shot.blurScale());
    return result;
}

Shot noisy(const Shot &shot, double sigma)
{
    Shot result{{}, shot.face};
    cv::Mat noise(shot.crop.size(), CV_16SC3);
    cv::RNG(5).fill(noise, cv::RNG::NORMAL, 0, sigma);
    cv::add(shot.crop, noise, result.crop, cv::noArray(), CV_8U);
    return result;
}

Shot compressed(const Shot &shot, int quality)
{
    Shot result{{}, shot.face};
    std::vector<std::uint8_t> bytes;
    cv::imencode(".jpg", shot.crop, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
    result.crop = cv::imdecode(bytes, cv::IMREAD_COLOR);
    return result;
}

Shot lit(const Shot &shot, double factor, double offset = 0)
{
    Shot result{{}, shot.face};
    shot.crop.convertTo(result.crop, -1, factor, offset);
    return result;
}

TEST(Sharpness, isHighForCleanPortraitsOfAnySize)
{
    for (const double facePx : {64, 112, 160, 300})
        for (const Shot &portrait : portraits(facePx))
            EXPECT_GT(of(portrait).sharpness, 0.8) << facePx;
}

TEST(Sharpness, fallsWithTheLengthOfAMotion)
{
    for (const double facePx : {112, 160}) {
        for (const Shot &portrait : portraits(facePx)) {
            for (const bool horizontally : {true, false}) {
                double before = of(portrait).sharpness + 0.01;
                for (const double lengthPx : {5, 9, 13, 19, 25}) {
                    const double now = of(smeared(portrait, lengthPx, horizontally)).sharpness;
                    EXPECT_LE(now, before + 0.02) << lengthPx;
                    before = now;
                }
                EXPECT_GT(of(smeared(portrait, 3, horizontally)).sharpness, 0.6);
                EXPECT_LT(of(smeared(portrait, 19, horizontally)).sharpness, 0.15);
            }
        }
    }
}

TEST(Sharpness, fallsWithDefocus)
{
    for (const Shot &portrait : portraits(130)) {
        double before = of(portrait).sharpness + 0.01;
        for (const double sigmaPx : {1.0, 1.5, 2.0, 2.5}) {
            const double now = of(defocused(portrait, sigmaPx)).sharpness;
            EXPECT_LT(now, before) << sigmaPx;
            before = now;
        }
        EXPECT_LT(of(defocused(portrait, 4)).sharpness, 0.1);
    }
}

TEST(Sharpness, isNotFooledByNoise)
{
    for (const Shot &portrait : portraits(112)) {
        const double clean = of(portrait).sharpness;
        for (const double sigma : {3, 6, 12}) {
            EXPECT_NEAR(of(noisy(portrait, sigma)).sharpness, clean, 0.1) << sigma;
            EXPECT_LT(of(noisy(defocused(portrait, 4), sigma)).sharpness, 0.15) << sigma;
            EXPECT_LT(of(noisy(smeared(portrait, 19, true), sigma)).sharpness, 0.15) << sigma;
        }
    }
}

TEST(Sharpness, isNotFooledByTheBlocksOfJpeg)
{
    for (const Shot &portrait : portraits(112)) {
        const double clean = of(portrait).sharpness;
        for (const int quality : {80, 40, 20}) {
            EXPECT_NEAR(of(compressed(portrait, quality)).sharpness, clean, 0.1) << quality;
            EXPECT_LT(of(compressed(defocused(portrait, 4), quality)).sharpness, 0.15) << quality;
        }
    }
}

TEST(Sharpness, doesNotDependOnLight)
{
    for (const Shot &portrait : portraits(112)) {
        const Shot soft = defocused(portrait, 1.5);
        const double plain = of(soft).sharpness;
        EXPECT_NEAR(of(lit(soft, 0.4)).sharpness, plain, 0.1);
        EXPECT_NEAR(of(lit(soft, 0.3, 90)).sharpness, plain, 0.1);
    }
}

TEST(Sharpness, ofEnlargedFacesIsThatOfTheSmallOne)
{
    for (const Shot &small : portraits(24)) {
        Shot large;
        cv::resize(small.crop, large.crop, {}, 6, 6, cv::INTER_CUBIC);
        large.face = core::scaled(small.face, 6, 6);
        EXPECT_LT(of(large).sharpness, 0.5);
        EXPECT_NEAR(of(large).sharpness, of(small).sharpness, 0.15);
    }
}

TEST(Exposure, isFullForWellLitPortraits)
{
    for (const Shot &portrait : portraits(112)) {
        EXPECT_GT(of(portrait).exposure, 0.9);
        EXPECT_GT(of(lit(portrait, 0.6)).exposure, 0.9);
    }
}

TEST(Exposure, fallsInTheDark)
{
    for (const Shot &portrait : portraits(112)) {
        double before = of(lit(portrait, 0.45)).exposure;
        for (const double light : {0.3, 0.2, 0.1}) {
            const double now = of(lit(portrait, light)).exposure;
            EXPECT_LT(now, before) << light;
            before = now;
        }
        EXPECT_LT(before, 0.05);
    }
}

TEST(Exposure, fallsWhereSkinIsBurntOut)
{
    for (const Shot &portrait : portraits(112)) {
        EXPECT_LT(of(lit(portrait, 1.8)).exposure, 0.7);
        EXPECT_LT(of(lit(portrait, 2.6)).exposure, 0.05);
    }
}

TEST(Exposure, fallsWithoutContrast)
{
    for (const Shot &portrait : portraits(112)) {
        EXPECT_LT(of(lit(portrait, 0.1, 115)).exposure, 0.2);
        EXPECT_LT(of(lit(portrait, 0.2, 100)).exposure, of(lit(portrait, 0.5, 64)).exposure);
    }
}

TEST(Exposure, isThatOfTheFaceWhateverIsBehindIt)
{
    for (const Shot &portrait : portraits(112)) {
        // Backlit: a burnt out picture with a dark face in it.
        Shot backlit = lit(portrait, 0.15);
        cv::Mat white(backlit.crop.size(), CV_8UC3, cv::Scalar::all(255));
        const cv::Rect face(static_cast<int>(portrait.face.x), static_cast<int>(portrait.face.y),
                            static_cast<int>(portrait.face.width),
                            static_cast<int>(portrait.face.height));
        backlit.crop(face).copyTo(white(face));
        backlit.crop = white;
        EXPECT_LT(of(backlit).exposure, 0.15);
    }
}

TEST(MeasureShot, givesNothingForPlainSurfaces)
{
    for (const int level : {0, 128, 255}) {
        const cv::Mat wall(200, 200, CV_8UC3, cv::Scalar::all(level));
        const core::ShotMeasures measures = measureShot(photos::view(wall), {40, 40, 100, 120});
        EXPECT_EQ(measures.sharpness, 0);
        EXPECT_EQ(measures.exposure, 0);
        // Noise alone is nothing either.
        EXPECT_LT(of(noisy({wall, {40, 40, 100, 120}}, 10)).sharpness, 0.1);
    }
}

TEST(MeasureShot, takesBoxesOfAnySizeAnywhere)
{
    const Shot portrait = portraits(60)[1];
    const core::ImageView view = photos::view(portrait.crop);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const core::Box &box :
         {core::Box{0, 0, 0, 0}, core::Box{-500, 0, 90, 90}, core::Box{10, 10, 3, 90},
          core::Box{nan, 0, 90, 90}, core::Box{0, 0, nan, 90}, core::Box{10, 10, 1e9, 8}})
        EXPECT_EQ(measureShot(view, box).sharpness, 0);
    EXPECT_EQ(measureShot({}, {0, 0, 50, 50}).exposure, 0);
    for (double side = 1; side < 600; side *= 1.6) {
        for (double x = -100; x < 400; x += 67) {
            const core::ShotMeasures measures = measureShot(view, {x, x / 2, side, side * 1.3});
            EXPECT_TRUE(measures.sharpness >= 0 && measures.sharpness <= 1);
            EXPECT_TRUE(measures.exposure >= 0 && measures.exposure <= 1);
        }
    }
}

} // namespace
} // namespace ooto::vision
