// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/scene_change.cpp
#include "core/stillness.h"
#include "support/photos.h"
#include "vision/scene_change.h"

#include <gtest/gtest.h>

#include <cmath>
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

/** As the element looks: two lines of each row of cells; and a camera has noise. */
core::LumaGrid gridOf(const cv::Mat &picture)
{
    static cv::RNG random(17);
    cv::Mat noise(picture.size(), CV_16SC3);
    random.fill(noise, cv::RNG::NORMAL, 0, 4);
    cv::Mat grey;
    cv::add(picture, noise, grey, cv::noArray(), CV_8U);
    cv::cvtColor(grey, grey, cv::COLOR_BGR2GRAY);
    const core::GridSize size = core::gridSize({grey.cols, grey.rows, 1, 1}, 48);
    core::LumaGrid grid{size.columns, size.rows, {}};
    for (int row = 0; row < size.rows; ++row) {
        for (int column = 0; column < size.columns; ++column) {
            const int top = row * grey.rows / size.rows;
            const int height = (row + 1) * grey.rows / size.rows - top;
            const int left = column * grey.cols / size.columns;
            const int right = (column + 1) * grey.cols / size.columns;
            double sum = 0;
            for (const int y : {top + height / 3, top + 2 * height / 3})
                sum += cv::mean(grey.row(y).colRange(left, right))[0];
            grid.luma.push_back(static_cast<float>(sum / 2));
        }
    }
    return grid;
}

const std::vector<std::string> &places()
{
    static const std::vector<std::string> files = {photos::iceFile, photos::coffeeFile,
                                                   photos::collinsFile};
    return files;
}

TEST(PictureShift, TellsHowFarAJoltedCameraMovedThePicture)
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

TEST(PictureShift, TellsItAlsoWhileTheLightChanges)
{
    const cv::Mat there = place(photos::coffeeFile);
    cv::Mat darker;
    seen(there, 90, 40).convertTo(darker, -1, 0.85, 5);
    const auto shift = pictureShift(gridOf(seen(there)), gridOf(darker));
    ASSERT_TRUE(shift);
    EXPECT_NEAR(shift->x, 90.0 / frame.width, 0.01);
    EXPECT_NEAR(shift->y, 40.0 / frame.height, 0.02);
}

TEST(PictureShift, IsNothingWhereThePictureStandsStill)
{
    for (const std::string &file : places()) {
        const cv::Mat there = place(file);
        EXPECT_FALSE(pictureShift(gridOf(seen(there)), gridOf(seen(there))));
        // A cell, but no more.
        EXPECT_FALSE(pictureShift(gridOf(seen(there)), gridOf(seen(there, 20, 8))));
    }
}

TEST(PictureShift, IsNothingWhereOnlySomebodyMoves)
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

TEST(PictureShift, IsNothingWhereTheLightChanges)
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

TEST(PictureShift, IsNothingAcrossACut)
{
    const std::vector<std::string> &all = places();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string &other = all[(i + 1) % all.size()];
        EXPECT_FALSE(pictureShift(gridOf(seen(place(all[i]))), gridOf(seen(place(other)))));
    }
}

TEST(PictureShift, IsNothingForGridsThatDoNotFit)
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

} // namespace
} // namespace ooto::vision
