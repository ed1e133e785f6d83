// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/scene_change.cpp
#include "core/sampling/stillness.h"
#include "support/photos.h"
#include "vision/scene_change.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ooto::vision
{
namespace
{

const cv::Size frame(960, 540);
constexpr int marginX = 200; ///< px; how far the camera can be turned
constexpr int marginY = 110;

/** What is there to see, larger than a frame. */
cv::Mat place(const std::string &file)
{
    cv::Mat whole;
    cv::resize(photos::load(file), whole, frame + cv::Size(2 * marginX, 2 * marginY));
    return whole;
}

/** What the camera sees with everything moved by so many pixels. */
cv::Mat seen(const cv::Mat &place, int movedX = 0, int movedY = 0)
{
    return place(cv::Rect({marginX - movedX, marginY - movedY}, frame)).clone();
}

/** A camera's noise; never the same part of it twice in a row. */
cv::Mat noise(double sigma)
{
    static cv::RNG random(17);
    static std::map<double, cv::Mat> fields;
    constexpr int spare = 100;
    cv::Mat &field = fields[sigma];
    if (field.empty()) {
        field.create(frame + cv::Size(spare, spare), CV_16SC3);
        random.fill(field, cv::RNG::NORMAL, 0, sigma);
    }
    return field(cv::Rect({random.uniform(0, spare), random.uniform(0, spare)}, frame));
}

/** As the element looks: two lines of each row of cells; and a camera has noise. */
core::LumaGrid gridOf(const cv::Mat &picture, const core::GridSize &size, double noiseLevels)
{
    cv::Mat grey;
    cv::add(picture, noise(noiseLevels), grey, cv::noArray(), CV_8U);
    cv::cvtColor(grey, grey, cv::COLOR_BGR2GRAY);
    core::LumaGrid grid{size.columns, size.rows, {}};
    for (int row = 0; row < size.rows; ++row) {
        const int top = row * grey.rows / size.rows;
        const int height = (row + 1) * grey.rows / size.rows - top;
        cv::Mat lines;
        cv::vconcat(grey.row(top + height / 3), grey.row(top + 2 * height / 3), lines);
        lines.convertTo(lines, CV_32F);
        cv::resize(lines, lines, {size.columns, 1}, 0, 0, cv::INTER_AREA);
        grid.luma.insert(grid.luma.end(), lines.begin<float>(), lines.end<float>());
    }
    return grid;
}

core::LumaGrid gridOf(const cv::Mat &picture)
{
    return gridOf(picture, core::gridSize({picture.cols, picture.rows, 1, 1}, 48), 4);
}

const std::vector<std::string> &places()
{
    static const std::vector<std::string> files = {photos::iceFile, photos::coffeeFile,
                                                   photos::collinsFile};
    return files;
}

TEST(PictureShift, tellsHowFarAJoltedCameraMovedThePicture)
{
    for (const std::string &file : places()) {
        const cv::Mat there = place(file);
        const core::LumaGrid before = gridOf(seen(there));
        for (const auto &[x, y] :
             {std::pair{48, 0}, {-60, 30}, {100, -40}, {0, 54}, {0, -105}, {-190, 0}, {120, 90}}) {
            const auto shift = pictureShift(before, gridOf(seen(there, x, y)));
            ASSERT_TRUE(shift) << file << " by " << x << ", " << y;
            EXPECT_NEAR(shift->x, static_cast<double>(x) / frame.width, 0.01) << file;
            EXPECT_NEAR(shift->y, static_cast<double>(y) / frame.height, 0.02) << file;
        }
    }
}

TEST(PictureShift, tellsItAlsoWhileTheLightChanges)
{
    const cv::Mat there = place(photos::coffeeFile);
    cv::Mat darker;
    seen(there, 90, 40).convertTo(darker, -1, 0.85, 5);
    const auto shift = pictureShift(gridOf(seen(there)), gridOf(darker));
    ASSERT_TRUE(shift);
    EXPECT_NEAR(shift->x, 90.0 / frame.width, 0.01);
    EXPECT_NEAR(shift->y, 40.0 / frame.height, 0.02);
}

TEST(PictureShift, isNothingWhereThePictureStandsStill)
{
    for (const std::string &file : places()) {
        const cv::Mat there = place(file);
        EXPECT_FALSE(pictureShift(gridOf(seen(there)), gridOf(seen(there))));
        // A cell, but no more.
        EXPECT_FALSE(pictureShift(gridOf(seen(there)), gridOf(seen(there, 20, 8))));
    }
}

TEST(PictureShift, isNothingWhereOnlySomebodyMoves)
{
    const cv::Mat there = seen(place(photos::iceFile));
    for (const int side : {200, 300, 430}) {
        const cv::Mat person = photos::resized(photos::load(photos::hopperFile), side);
        const auto with = [&](int x) {
            cv::Mat picture = there.clone();
            person.copyTo(picture(cv::Rect(x, frame.height - side, side, side)));
            return gridOf(picture);
        };
        for (const int step : {30, 60, 120, 200})
            EXPECT_FALSE(pictureShift(with(150), with(150 + step))) << side << " by " << step;
        // Nor where somebody comes in.
        EXPECT_FALSE(pictureShift(gridOf(there), with(300))) << side;
    }
}

TEST(PictureShift, isNothingWhereTheLightChanges)
{
    for (const std::string &file : places()) {
        const cv::Mat there = seen(place(file));
        for (const double factor : {0.5, 0.8, 1.3}) {
            cv::Mat lit;
            there.convertTo(lit, -1, factor, 8);
            EXPECT_FALSE(pictureShift(gridOf(there), gridOf(lit))) << factor;
        }
    }
}

TEST(PictureShift, isNothingAcrossACut)
{
    const std::vector<std::string> &all = places();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string &other = all[(i + 1) % all.size()];
        EXPECT_FALSE(pictureShift(gridOf(seen(place(all[i]))), gridOf(seen(place(other)))));
    }
}

TEST(PictureShift, isNothingForGridsThatDoNotFit)
{
    const core::LumaGrid grid = gridOf(seen(place(photos::iceFile)));
    core::LumaGrid torn = grid;
    torn.luma.pop_back();
    EXPECT_FALSE(pictureShift(grid, {}));
    EXPECT_FALSE(pictureShift({}, {}));
    EXPECT_FALSE(pictureShift(torn, torn));
    EXPECT_FALSE(pictureShift({2, 2, {1, 2, 3, 4}}, {2, 2, {4, 3, 2, 1}}));
    const core::LumaGrid black{40, 20, std::vector<float>(800, 0)};
    EXPECT_FALSE(pictureShift(black, black));
}

/** As the element looks for another picture. */
core::LumaGrid pictureGrid(const cv::Mat &picture, double noise = 4)
{
    return gridOf(picture, pictureGridSize, noise);
}

/** Places of all kinds: two people, a cat, ice, a cup, coins, a rocket, a workshop, printed text.
 */
const std::vector<cv::Mat> &manyPlaces()
{
    static const std::vector<cv::Mat> all = [] {
        const std::string folder = "/usr/lib/python3/dist-packages/skimage/data/";
        std::vector<cv::Mat> pictures;
        for (const std::string &file :
             {photos::hopperFile, photos::iceFile, photos::collinsFile, photos::coffeeFile,
              folder + "chelsea.png", folder + "coins.png", folder + "rocket.jpg",
              folder + "motorcycle_left.png", folder + "page.png", folder + "camera.png"})
            pictures.push_back(place(file));
        return pictures;
    }();
    return all;
}

/** How many of all cuts from one place to another are seen, with something done to both pictures.
 */
int cutsSeen(const std::function<void(cv::Mat &)> &edit)
{
    std::vector<core::LumaGrid> grids;
    for (const cv::Mat &there : manyPlaces()) {
        cv::Mat picture = seen(there);
        edit(picture);
        grids.push_back(pictureGrid(picture));
    }
    int count = 0;
    for (std::size_t i = 0; i < grids.size(); ++i)
        for (std::size_t j = 0; j < grids.size(); ++j)
            count += i != j && isAnotherPicture(grids[i], grids[j]);
    return count;
}

/** Each place before and after, both ways round, is the same to it. */
void expectSamePicture(const std::function<cv::Mat(const cv::Mat &)> &after, const char *what,
                       double noise = 4)
{
    static const std::vector<core::LumaGrid> grids = [] {
        std::vector<core::LumaGrid> all;
        for (const cv::Mat &there : manyPlaces())
            all.push_back(pictureGrid(seen(there)));
        return all;
    }();
    for (std::size_t i = 0; i < manyPlaces().size(); ++i) {
        const core::LumaGrid &before = grids[i];
        const core::LumaGrid now = pictureGrid(after(manyPlaces()[i]), noise);
        EXPECT_FALSE(isAnotherPicture(before, now)) << what << ", place " << i;
        EXPECT_FALSE(isAnotherPicture(now, before)) << what << " undone, place " << i;
    }
}

cv::Mat lit(const cv::Mat &there, double gain, double offset)
{
    cv::Mat result;
    seen(there).convertTo(result, -1, gain, offset);
    return result;
}

TEST(AnotherPicture, isSeenAtNearlyEveryCut)
{
    EXPECT_GE(cutsSeen([](cv::Mat &) {}), 88) << "of 90";
    EXPECT_GE(cutsSeen([](cv::Mat &picture) { picture.convertTo(picture, -1, 0.3); }), 86);
}

TEST(AnotherPicture, isSeenBetweenBarsThatStay)
{
    EXPECT_GE(cutsSeen([](cv::Mat &picture) {
                  picture.rowRange(0, 70).setTo(0);
                  picture.rowRange(470, frame.height).setTo(0);
              }),
              84);
    EXPECT_GE(cutsSeen([](cv::Mat &picture) {
                  picture.colRange(0, 120).setTo(16);
                  picture.colRange(840, frame.width).setTo(16);
              }),
              84);
}

TEST(AnotherPicture, isSeenBehindAClockAndANameThatStay)
{
    EXPECT_GE(cutsSeen([](cv::Mat &picture) {
                  const auto write = [&](const char *text, const cv::Point &at) {
                      cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, 1,
                                  cv::Scalar::all(255), 2);
                  };
                  write("2026-11-28 22:34:09", {20, 40});
                  write("CAM 01", {780, 520});
              }),
              76);
}

TEST(AnotherPicture, isNoneWhereTheCameraPansOrZooms)
{
    for (const auto &[x, y] : {std::pair{96, 0},
                               {192, 0},
                               {-192, 0},
                               {0, 108},
                               {0, -108},
                               {192, 108},
                               {-192, -108},
                               {100, 50}})
        expectSamePicture([x = x, y = y](const cv::Mat &there) { return seen(there, x, y); },
                          "pan");
    expectSamePicture(
        [](const cv::Mat &there) {
            cv::Mat nearer;
            cv::resize(seen(there)(cv::Rect(44, 25, 872, 490)), nearer, frame);
            return nearer;
        },
        "zoom");
}

TEST(AnotherPicture, isNoneWhereTheLightChanges)
{
    for (const double gain : {0.1, 0.3, 1.5, 2.0})
        expectSamePicture([gain](const cv::Mat &there) { return lit(there, gain, 0); }, "gain");
    for (const double offset : {-60, 60})
        expectSamePicture([offset](const cv::Mat &there) { return lit(there, 1, offset); },
                          "offset");
    for (const double gamma : {0.4, 2.2})
        expectSamePicture(
            [gamma](const cv::Mat &there) {
                cv::Mat curve;
                seen(there).convertTo(curve, CV_32F, 1 / 255.0);
                cv::pow(curve, gamma, curve);
                curve.convertTo(curve, CV_8U, 255);
                return curve;
            },
            "gamma");
    expectSamePicture(
        [](const cv::Mat &there) {
            cv::Mat light(frame, CV_8UC3, cv::Scalar::all(0));
            cv::circle(light, {300, 200}, 220, cv::Scalar::all(120), -1);
            cv::GaussianBlur(light, light, {}, 20);
            return cv::Mat(seen(there) + light);
        },
        "spot light");
}

TEST(AnotherPicture, isNoneForNoise)
{
    expectSamePicture([](const cv::Mat &there) { return seen(there); }, "noise", 40);
}

TEST(AnotherPicture, isNoneWhereSomebodyStandsBeforeTheCamera)
{
    // Head and shoulders over three quarters of the width, all at once.
    expectSamePicture(
        [](const cv::Mat &there) {
            constexpr int side = 720;
            cv::Mat person;
            cv::resize(photos::load(photos::hopperFile), person, {side, side});
            cv::Mat picture = seen(there);
            cv::Mat pasted = picture.clone();
            const int left = (frame.width - side) / 2;
            person.rowRange(0, frame.height).copyTo(pasted(cv::Rect(left, 0, side, frame.height)));
            cv::Mat shape(frame, CV_8U, cv::Scalar(0));
            cv::ellipse(shape, {480, 220}, {216, 260}, 0, 0, 360, 255, -1);
            cv::ellipse(shape, {480, 560}, {450, 260}, 0, 0, 360, 255, -1);
            pasted.copyTo(picture, shape);
            return picture;
        },
        "somebody");
}

TEST(AnotherPicture, cannotBeToldFromPlainOrTornGrids)
{
    const core::LumaGrid ice = pictureGrid(seen(manyPlaces()[1]));
    const core::LumaGrid plain = pictureGrid(cv::Mat(frame, CV_8UC3, cv::Scalar(90, 90, 90)));
    EXPECT_FALSE(isAnotherPicture(plain, ice));
    EXPECT_FALSE(shareInPlace(plain, ice));
    EXPECT_TRUE(isAnotherPicture(ice, plain));
    core::LumaGrid torn = ice;
    torn.luma.pop_back();
    for (const auto &[before, now] : {std::pair{ice, torn},
                                      {torn, ice},
                                      {torn, torn},
                                      {core::LumaGrid{}, core::LumaGrid{}},
                                      {ice, {}}}) {
        EXPECT_FALSE(isAnotherPicture(before, now));
        EXPECT_FALSE(shareInPlace(before, now));
    }
    const core::GridSize few{16, 9};
    EXPECT_FALSE(
        shareInPlace(gridOf(seen(manyPlaces()[1]), few, 4), gridOf(seen(manyPlaces()[1]), few, 4)));
}

TEST(AnotherPicture, tellsHowMuchIsInPlace)
{
    const core::LumaGrid coffee = pictureGrid(seen(manyPlaces()[3]));
    EXPECT_GT(shareInPlace(coffee, pictureGrid(seen(manyPlaces()[3]))).value_or(0), 0.95);
    EXPECT_LT(shareInPlace(coffee, pictureGrid(seen(manyPlaces()[4]))).value_or(1), 0.2);
    EXPECT_LT(shareInPlace(coffee, pictureGrid(seen(manyPlaces()[3], 150, 60))).value_or(1), 0.4);
}

} // namespace
} // namespace ooto::vision
