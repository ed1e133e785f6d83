// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/scene_change.h"
#include "vision/serially.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ooto::vision
{
namespace
{

constexpr double leastCells = 1.5;
constexpr double mostShare = 0.25; ///< of the frame; beyond that too little is in both pictures
constexpr double leastResponse = 0.08;

// The picture is looked at in so many parts, and most of them must have moved.
constexpr int partsPerSide = 3;
constexpr double explainedShare = 0.7; ///< what a shift must leave at most of a part's difference
constexpr double agreeingShare = 0.8;  ///< of the parts that tell anything
/** Levels; a part that differs less both ways tells nothing. */
constexpr double leastDifference = 1.5;
constexpr int leastParts = 5;

cv::Mat asFloats(const core::LumaGrid &grid)
{
    return {grid.rows, grid.columns, CV_32F, const_cast<float *>(grid.luma.data())};
}

/** What differs without and with a shift, where both pictures show the same; the light taken off.
 */
struct Differences {
    cv::Mat still;
    cv::Mat along;
};

Differences differences(const cv::Point2d &shift, const cv::Mat &before, const cv::Mat &now)
{
    const cv::Matx23d move(1, 0, shift.x, 0, 1, shift.y);
    cv::Mat moved;
    cv::warpAffine(before, moved, move, before.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    // What has just come into the picture was in none before.
    const int cutX = static_cast<int>(std::ceil(std::abs(shift.x)));
    const int cutY = static_cast<int>(std::ceil(std::abs(shift.y)));
    const cv::Rect both(shift.x > 0 ? cutX : 0, shift.y > 0 ? cutY : 0, now.cols - cutX,
                        now.rows - cutY);
    Differences result{now(both) - before(both), now(both) - moved(both)};
    result.still -= cv::mean(result.still);
    result.along -= cv::mean(result.along);
    return result;
}

bool withinReach(const cv::Point2d &shift, const cv::Mat &picture)
{
    return std::abs(shift.x) <= mostShare * picture.cols &&
           std::abs(shift.y) <= mostShare * picture.rows;
}

/** Downhill to where least differs: on few cells the peak of the correlation is a cell or two off.
 */
cv::Point2d refined(cv::Point2d shift, const cv::Mat &before, const cv::Mat &now)
{
    const auto cost = [&](const cv::Point2d &at) {
        const cv::Mat along = differences(at, before, now).along;
        return cv::norm(along, cv::NORM_L1) / static_cast<double>(along.total());
    };
    double least = cost(shift);
    for (double step = 1; step >= 0.25; step /= 2) {
        for (int tries = 0; tries < 4; ++tries) {
            const cv::Point2d centre = shift;
            for (const auto &[x, y] :
                 {std::pair{-step, 0.0}, {step, 0.0}, {0.0, -step}, {0.0, step}}) {
                const cv::Point2d at(centre.x + x, centre.y + y);
                if (!withinReach(at, now))
                    continue;
                if (const double there = cost(at); there < least) {
                    least = there;
                    shift = at;
                }
            }
            if (shift == centre)
                break;
        }
    }
    return shift;
}

/** Most parts of the picture look more as they did before when that is moved along. */
bool explains(const cv::Point2d &shift, const cv::Mat &before, const cv::Mat &now)
{
    const auto [still, along] = differences(shift, before, now);
    const cv::Size both = still.size();
    int telling = 0;
    int agreeing = 0;
    for (int row = 0; row < partsPerSide; ++row) {
        for (int column = 0; column < partsPerSide; ++column) {
            const int left = both.width * column / partsPerSide;
            const int top = both.height * row / partsPerSide;
            const cv::Rect part(left, top, both.width * (column + 1) / partsPerSide - left,
                                both.height * (row + 1) / partsPerSide - top);
            if (part.empty())
                continue;
            const double area = part.area();
            const double byStanding = cv::norm(still(part), cv::NORM_L1) / area;
            const double byMoving = cv::norm(along(part), cv::NORM_L1) / area;
            if (std::max(byStanding, byMoving) < leastDifference)
                continue;
            ++telling;
            agreeing += byMoving < explainedShare * byStanding;
        }
    }
    return telling >= leastParts && agreeing >= agreeingShare * telling;
}

std::optional<core::Point> shiftBetween(const cv::Mat &before, const cv::Mat &now)
{
    cv::Mat window;
    cv::createHanningWindow(window, now.size(), CV_32F);
    double response = 0;
    // Without the mean, whose edge the window would be the strongest thing to see.
    const cv::Mat first = before - cv::mean(before);
    const cv::Mat second = now - cv::mean(now);
    cv::Point2d shift = cv::phaseCorrelate(first, second, window, &response);
    if (!(response >= leastResponse) || !(std::hypot(shift.x, shift.y) >= 1) ||
        !withinReach(shift, now))
        return std::nullopt;
    shift = refined(shift, before, now);
    if (std::hypot(shift.x, shift.y) < leastCells || !explains(shift, before, now))
        return std::nullopt;
    return core::Point{shift.x / now.cols, shift.y / now.rows};
}

} // namespace

std::optional<core::Point> pictureShift(const core::LumaGrid &before, const core::LumaGrid &now)
{
    constexpr int leastSide = 6;
    if (!before.fits(now) || now.columns < leastSide || now.rows < leastSide ||
        now.luma.size() != static_cast<std::size_t>(now.columns) * now.rows)
        return std::nullopt;
    try {
        return serially([&] { return shiftBetween(asFloats(before), asFloats(now)); });
    } catch (const cv::Exception &) {
        return std::nullopt; // no memory
    }
}

} // namespace ooto::vision
