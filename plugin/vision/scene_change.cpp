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

// Another picture: detail is looked for, block by block, where it was and beside.
constexpr int blockColumns = 8;
constexpr int blockRows = 5;
constexpr int leastCellsPerBlock = 4; ///< along each side
constexpr double detailShare = 0.04;  ///< of the width; sigma of the blur that is taken off
/** Levels; standard deviation within a block that tells where it is. */
constexpr double leastDetail = 2;
constexpr float foundFrom = 0.6F; ///< correlation
/** From so many blocks on that are in place beyond doubt it is the same place, however much of it
 * a person hides. Of 306 cuts between 18 photographs no two blocks were ever that alike. */
constexpr float surelyFoundFrom = 0.85F;
constexpr int enoughSurely = 3;
constexpr int leastTelling = 8;
constexpr double leastInPlace = 0.2; ///< of the telling blocks
constexpr double leastAlongShift = 0.4;
constexpr double mostPan = 0.2; ///< of the frame, along each side
constexpr int cellsInPlace = 1; ///< that a block may be beside where it was
constexpr int cellsAlongShift = 2;

/** What is left of a picture without what is even over many cells, which light changes. */
cv::Mat detailOf(const cv::Mat &picture)
{
    cv::Mat even;
    // A part of a picture would be blurred with what is beside it, which bars are.
    cv::GaussianBlur(picture, even, {}, detailShare * picture.cols, 0,
                     cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
    return picture - even;
}

/** A part of the first picture with enough detail to be known again. */
class Block
{
public:
    Block(const cv::Mat &picture, const cv::Rect &where) : where_(where)
    {
        cv::Mat values;
        picture(where).copyTo(values); // row after row
        values -= cv::mean(values);
        deviation_ = std::sqrt(values.dot(values) / static_cast<double>(values.total()));
        values_ = values / (deviation_ * std::sqrt(static_cast<double>(values.total())));
    }

    bool tells() const { return deviation_ >= leastDetail; }
    const cv::Rect &where() const { return where_; }

    /** It is in the other picture, moved by so many cells. The place must lie in the picture. */
    bool isAt(const cv::Mat &picture, int right, int down, float from = foundFrom) const
    {
        float sum = 0;
        float squares = 0;
        float along = 0;
        for (int y = 0; y < where_.height; ++y) {
            const float *row = picture.ptr<float>(where_.y + down + y) + where_.x + right;
            const float *mine = values_.ptr<float>(y);
            for (int x = 0; x < where_.width; ++x) {
                sum += row[x];
                squares += row[x] * row[x];
                along += row[x] * mine[x];
            }
        }
        const float left = squares - sum * sum / static_cast<float>(where_.area());
        return along > 0 && along * along >= from * from * left;
    }

private:
    cv::Rect where_;
    cv::Mat values_; ///< without their mean, of unit length
    double deviation_ = 0;
};

std::vector<Block> tellingBlocks(const cv::Mat &picture)
{
    std::vector<Block> blocks;
    for (int row = 0; row < blockRows; ++row) {
        for (int column = 0; column < blockColumns; ++column) {
            const int left = picture.cols * column / blockColumns;
            const int top = picture.rows * row / blockRows;
            Block block(picture, {left, top, picture.cols * (column + 1) / blockColumns - left,
                                  picture.rows * (row + 1) / blockRows - top});
            if (block.tells())
                blocks.push_back(std::move(block));
        }
    }
    return blocks;
}

bool fitsIn(const cv::Mat &picture, const cv::Rect &where)
{
    return (where & cv::Rect({}, picture.size())) == where;
}

/** How many are where they were, or a cell beside. */
std::ptrdiff_t inPlace(const std::vector<Block> &blocks, const cv::Mat &now, float from)
{
    return std::count_if(blocks.begin(), blocks.end(), [&](const Block &block) {
        for (int down = -cellsInPlace; down <= cellsInPlace; ++down)
            for (int right = -cellsInPlace; right <= cellsInPlace; ++right)
                if (fitsIn(now, block.where() + cv::Point(right, down)) &&
                    block.isAt(now, right, down, from))
                    return true;
        return false;
    });
}

double share(std::ptrdiff_t some, const std::vector<Block> &all)
{
    return static_cast<double>(some) / static_cast<double>(all.size());
}

/** Of the blocks that would still be in view, at the shift that most of them agree on. */
double shareAlongBestShift(const std::vector<Block> &blocks, const cv::Mat &now)
{
    const int mostRight = static_cast<int>(mostPan * now.cols);
    const int mostDown = static_cast<int>(mostPan * now.rows);
    const cv::Size shifts(2 * mostRight + 1, 2 * mostDown + 1);
    cv::Mat found(shifts, CV_32F, cv::Scalar(0));
    cv::Mat inView(shifts, CV_32F, cv::Scalar(0));
    const cv::Mat beside = cv::Mat::ones(2 * cellsAlongShift + 1, 2 * cellsAlongShift + 1, CV_8U);
    for (const Block &block : blocks) {
        cv::Mat at(shifts, CV_32F, cv::Scalar(0));
        for (int down = -mostDown; down <= mostDown; ++down) {
            for (int right = -mostRight; right <= mostRight; ++right) {
                if (!fitsIn(now, block.where() + cv::Point(right, down)))
                    continue;
                const cv::Point shift(right + mostRight, down + mostDown);
                inView.at<float>(shift) += 1;
                at.at<float>(shift) = block.isAt(now, right, down) ? 1 : 0;
            }
        }
        cv::dilate(at, at, beside);
        found += at;
    }
    // The few that are left at the far end of a pan must not decide by themselves.
    inView = cv::max(inView, leastTelling);
    double best = 0;
    cv::minMaxLoc(found / inView, nullptr, &best);
    return best;
}

/** Rows or columns on each side that are one even colour. @param sideways for columns */
std::pair<int, int> evenMargins(const cv::Mat &picture, bool sideways)
{
    constexpr double evenLevels = 2; // standard deviation; an even colour with noise
    const int all = sideways ? picture.cols : picture.rows;
    const auto isEven = [&](int i) {
        cv::Scalar mean;
        cv::Scalar deviation;
        cv::meanStdDev(sideways ? picture.col(i) : picture.row(i), mean, deviation);
        return deviation[0] < evenLevels;
    };
    int first = 0;
    while (first < all && isEven(first))
        ++first;
    int last = 0;
    while (last < all - first && isEven(all - 1 - last))
        ++last;
    return {first, last};
}

/** Without the bars at the sides that both have, whose edges are in place across any cut. */
cv::Rect withoutBars(const cv::Mat &before, const cv::Mat &now)
{
    const auto shared = [&](bool sideways) {
        const auto [first, last] = evenMargins(before, sideways);
        const auto [firstNow, lastNow] = evenMargins(now, sideways);
        return std::pair(std::min(first, firstNow), std::min(last, lastNow));
    };
    const auto [top, bottom] = shared(false);
    const auto [left, right] = shared(true);
    return {left, top, now.cols - left - right, now.rows - top - bottom};
}

/** Two pictures without what light changes, and what there is in the first one to look for. */
struct Comparison {
    std::vector<Block> blocks;
    cv::Mat now;

    bool tells() const { return blocks.size() >= leastTelling; }
};

Comparison comparison(const core::LumaGrid &before, const core::LumaGrid &now)
{
    if (!before.fits(now) || now.luma.size() != static_cast<std::size_t>(now.columns) * now.rows)
        return {};
    const cv::Mat first = asFloats(before);
    const cv::Mat second = asFloats(now);
    const cv::Rect picture = withoutBars(first, second);
    if (picture.width < blockColumns * leastCellsPerBlock ||
        picture.height < blockRows * leastCellsPerBlock)
        return {};
    return {tellingBlocks(detailOf(first(picture))), detailOf(second(picture))};
}

bool showsAnotherPlace(const Comparison &both)
{
    return both.tells() && inPlace(both.blocks, both.now, surelyFoundFrom) < enoughSurely &&
           share(inPlace(both.blocks, both.now, foundFrom), both.blocks) < leastInPlace &&
           shareAlongBestShift(both.blocks, both.now) < leastAlongShift;
}

} // namespace

std::optional<double> shareInPlace(const core::LumaGrid &before, const core::LumaGrid &now)
{
    try {
        return serially([&] {
            const Comparison both = comparison(before, now);
            return both.tells() ? std::optional(
                                      share(inPlace(both.blocks, both.now, foundFrom), both.blocks))
                                : std::nullopt;
        });
    } catch (const std::exception &) {
        return std::nullopt; // no memory
    }
}

bool isAnotherPicture(const core::LumaGrid &before, const core::LumaGrid &now)
{
    try {
        return serially([&] { return showsAnotherPlace(comparison(before, now)); });
    } catch (const std::exception &) {
        return false; // no memory
    }
}

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
