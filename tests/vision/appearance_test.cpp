// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/appearance.cpp
#include "support/photos.h"
#include "vision/appearance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace ooto::vision
{
namespace
{

using core::Appearance;

/** Somebody in a picture, and where. */
struct Person {
    cv::Mat picture;
    core::Box face;
};

/** The photograph scaled so that the face is `facePx` wide. */
Person person(const std::string &file, const core::Box &face, double facePx)
{
    const cv::Mat photo = photos::load(file);
    const cv::Mat picture =
        photos::resized(photo, static_cast<int>(std::lround(photo.cols * facePx / face.width)));
    const double scale = static_cast<double>(picture.cols) / photo.cols;
    return {picture, core::scaled(face, scale, scale)};
}

Person hopper(double facePx)
{
    return person(photos::hopperFile, photos::hopperFace, facePx);
}

Person collins(double facePx)
{
    return person(photos::collinsFile, photos::collinsFace, facePx);
}

Appearance of(const Person &person)
{
    const std::optional<Appearance> appearance =
        appearanceOf(photos::view(person.picture), person.face);
    EXPECT_TRUE(appearance);
    return appearance.value_or(Appearance{});
}

double sum(const Appearance::Zone &zone)
{
    return std::accumulate(zone.begin(), zone.end(), 0.0);
}

/** Mean Bhattacharyya coefficient of the zones that both have: hair and face half of clothes. */
double alike(const Appearance &a, const Appearance &b)
{
    constexpr std::array weights = {0.25, 0.25, 0.5};
    double total = 0;
    double weight = 0;
    for (std::size_t zone = 0; zone < weights.size(); ++zone) {
        if (sum(a.zones[zone]) == 0 || sum(b.zones[zone]) == 0)
            continue;
        double shared = 0;
        for (std::size_t i = 0; i < a.zones[zone].size(); ++i)
            shared += std::sqrt(a.zones[zone][i] * b.zones[zone][i]);
        total += weights[zone] * shared;
        weight += weights[zone];
    }
    return weight > 0 ? total / weight : 0;
}

/** As the next samples of a camera may show the same person. */
std::vector<Person> variations(const Person &person)
{
    std::vector<Person> all;
    for (const double light : {0.9, 1.1}) {
        all.push_back(person);
        person.picture.convertTo(all.back().picture, -1, light);
    }
    const double shift = 0.08 * person.face.width;
    for (const auto &[x, y] : {std::pair{shift, 0.0}, {-shift, 0.0}, {0.0, shift}, {0.5, 0.5}}) {
        all.push_back(person);
        all.back().face.x += x;
        all.back().face.y += y;
    }
    for (const double share : {-0.05, 0.05}) {
        all.push_back(person);
        all.back().face = core::grown(person.face, share);
    }
    all.push_back(person);
    const double blurPx = 0.06 * person.face.width;
    cv::GaussianBlur(person.picture, all.back().picture, {}, blurPx);
    all.push_back(person);
    cv::Mat noise(person.picture.size(), CV_16SC3);
    cv::RNG(3).fill(noise, cv::RNG::NORMAL, 0, 8);
    cv::add(person.picture, noise, all.back().picture, cv::noArray(), CV_8U);
    all.push_back(person);
    std::vector<std::uint8_t> jpeg;
    cv::imencode(".jpg", person.picture, jpeg, {cv::IMWRITE_JPEG_QUALITY, 50});
    all.back().picture = cv::imdecode(jpeg, cv::IMREAD_COLOR);
    return all;
}

TEST(AppearanceOf, staysTheSameThroughLightPlaceSizeBlurAndNoise)
{
    for (const auto &make : {hopper, collins}) {
        const Appearance first = of(make(60));
        for (const double facePx : {16, 24, 60, 90}) {
            const Person again = make(facePx);
            EXPECT_GT(alike(first, of(again)), 0.97) << facePx;
            const std::vector<Person> all = variations(again);
            for (std::size_t i = 0; i < all.size(); ++i)
                EXPECT_GT(alike(first, of(all[i])), 0.94) << facePx << " px, variation " << i;
        }
    }
}

TEST(AppearanceOf, tellsTwoPeopleApart)
{
    for (const double facePx : {16, 40, 90})
        for (const Person &one : variations(hopper(facePx)))
            EXPECT_LT(alike(of(one), of(collins(40))), 0.9) << facePx;
}

TEST(AppearanceOf, tellsColoursOfEqualBrightnessApart)
{
    // Clothes only: the same hair and face.
    Person red = hopper(40);
    Person blue{red.picture.clone(), red.face};
    const cv::Rect clothes(0, static_cast<int>(red.face.y + 1.2 * red.face.height),
                           red.picture.cols,
                           red.picture.rows - static_cast<int>(red.face.y + 1.2 * red.face.height));
    red.picture(clothes).setTo(cv::Scalar(40, 40, 150));
    blue.picture(clothes).setTo(cv::Scalar(200, 60, 40));
    EXPECT_LT(alike(of(red), of(blue)), 0.8);
}

TEST(AppearanceOf, sumsEachZoneUpToOne)
{
    for (const Appearance::Zone &zone : of(collins(50)).zones)
        EXPECT_NEAR(sum(zone), 1, 1e-5);
}

TEST(AppearanceOf, leavesOutZonesThatAreNotInThePicture)
{
    Person headOnly = collins(50);
    const int chin = static_cast<int>(headOnly.face.bottom());
    headOnly.picture = headOnly.picture.rowRange(0, chin + 5);
    const Appearance appearance = of(headOnly);
    EXPECT_GT(sum(appearance.zones[0]), 0);
    EXPECT_GT(sum(appearance.zones[1]), 0);
    EXPECT_EQ(sum(appearance.zones[2]), 0);
    // What is left is as it was.
    EXPECT_GT(alike(appearance, of(collins(50))), 0.99);
}

TEST(AppearanceOf, isNothingWherePeopleCannotBeSeen)
{
    const Person someone = collins(50);
    const core::ImageView image = photos::view(someone.picture);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const core::Box &box : {core::Box{0, 0, 0, 0}, core::Box{-500, -500, 50, 50},
                                 core::Box{0, 0, 1e300, 1e300}, core::Box{nan, 0, 50, 50}})
        EXPECT_FALSE(appearanceOf(image, box));
    EXPECT_FALSE(appearanceOf({}, {0, 0, 10, 10}));
}

TEST(AppearanceOf, takesFacesOfAnySizeAnywhere)
{
    cv::Mat picture(37, 61, CV_8UC3, cv::Scalar(9, 200, 90));
    for (double side = 0.3; side < 200; side *= 1.7) {
        for (double x = -60; x < 80; x += 7) {
            for (double y = -60; y < 60; y += 7) {
                const auto found = appearanceOf(photos::view(picture), {x, y, side, side});
                for (const Appearance::Zone &zone : found.value_or(Appearance{}).zones)
                    EXPECT_TRUE(sum(zone) == 0 || std::abs(sum(zone) - 1) < 1e-4);
            }
        }
    }
}

} // namespace
} // namespace ooto::vision
