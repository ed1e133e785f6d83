// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/stillness.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr StreamTime stayAwake = 1s;
constexpr int detectionsToConfirm = 2;
constexpr StreamTime habitWindow = 12s;

// All in levels of luma, for patches of 2 by 2 cells. The smallest face changes the patch that it
// fills best by two fifths of its contrast, wherever it lies in the grid: 4 levels of 10.
constexpr double leastChange = 3;
/** One of the 5,000 patches of 1080p lies that far off by chance in a quarter of an hour. */
constexpr double noiseSigmas = 5.5;
/** More is no noise: the whole picture moves. Noise of sigma 6 per pixel makes 0.65 of it. */
constexpr double mostNoise = 2.5;
constexpr double noiseGain = 0.1;
/** What noise makes of the largest of a window's changes. */
constexpr double peakSigmas = 2.5;
/**
 * How much more than usual counts. A still picture of 720p with noise of sigma 6, through H.264 of
 * 250 and 800 kbit/s with a key frame every two seconds, is left alone once that has been learnt.
 */
constexpr double habitFactor = 3;
constexpr float darkest = 4; ///< a cell darker than that tells nothing of a change of light
constexpr std::size_t enoughForMedian = 1024;
constexpr double sigmaOfMad = 1.4826;

/** The median of `sorted`, which is scrambled. */
float median(std::vector<float> &sorted)
{
    if (sorted.empty())
        return 0;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

/** Of every so manyth value, enough for a median. */
std::size_t strideFor(std::size_t count)
{
    // Odd, so that it does not pick whole columns of grids with an even number of them.
    return std::max<std::size_t>(1, count / enoughForMedian) | 1;
}

/** How the light changed all over: by a constant, or by a factor; each explains some cells. */
struct Light {
    float offset = 0;
    float factor = 1;

    float change(float before, float now) const
    {
        const float byOffset = now - before - offset;
        const float byFactor = now - before * factor;
        return std::abs(byOffset) < std::abs(byFactor) ? byOffset : byFactor;
    }
};

Light lightBetween(const LumaGrid &before, const LumaGrid &now, std::vector<float> &sorted)
{
    const std::size_t stride = strideFor(now.luma.size());
    Light light;
    sorted.clear();
    for (std::size_t i = 0; i < now.luma.size(); i += stride)
        sorted.push_back(now.luma[i] - before.luma[i]);
    light.offset = median(sorted);
    sorted.clear();
    for (std::size_t i = 0; i < now.luma.size(); i += stride)
        if (before.luma[i] > darkest)
            sorted.push_back(now.luma[i] / before.luma[i]);
    light.factor = sorted.empty() ? 1 : median(sorted);
    return light;
}

/** Changes of all patches of 2 by 2 cells, the light taken off. */
void patchChanges(const LumaGrid &before, const LumaGrid &now, std::vector<float> &patches,
                  std::vector<float> &sorted)
{
    const Light light = lightBetween(before, now, sorted);
    const auto columns = static_cast<std::size_t>(now.columns);
    const auto rows = static_cast<std::size_t>(now.rows);
    patches.clear();
    const auto pair = [&](std::size_t i) {
        return light.change(before.luma[i], now.luma[i]) +
               light.change(before.luma[i + columns], now.luma[i + columns]);
    };
    for (std::size_t row = 0; row + 1 < rows; ++row) {
        float left = pair(row * columns);
        for (std::size_t column = 1; column < columns; ++column) {
            const float right = pair(row * columns + column);
            patches.push_back((left + right) / 4);
            left = right;
        }
    }
}

/** Sigma of the patches, whatever the fewer half of them does. */
double spread(const std::vector<float> &patches, std::vector<float> &sorted)
{
    sorted.clear();
    for (std::size_t i = 0; i < patches.size(); i += strideFor(patches.size()))
        sorted.push_back(std::abs(patches[i]));
    return sigmaOfMad * median(sorted);
}

bool usable(const LumaGrid &grid)
{
    return grid.columns > 1 && grid.rows > 1 &&
           grid.luma.size() ==
               static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows);
}

} // namespace

GridSize gridSize(const FrameShape &frame, double minFacePx)
{
    const double cellPx = std::max(1.0, trackedFacePx(minFacePx) * 2 / 3);
    const auto cells = [cellPx](int px, int least, int most) {
        const double wanted = std::ceil(px / cellPx);
        return std::clamp(static_cast<int>(std::clamp(wanted, double(least), double(most))), 1,
                          std::max(1, px));
    };
    return {cells(frame.width, 16, 160), cells(frame.height, 9, 90)};
}

bool Stillness::mustDetect(StreamTime time, const LumaGrid &now, bool anyTrack)
{
    if (!usable(now))
        return true;
    const bool known =
        previous_.fits(now) && reference_.fits(now) && lastDetected_ && *lastDetected_ <= time;
    if (!known && !previous_.fits(now)) {
        noise_.reset();
        changes_.clear();
        habits_.clear();
    }
    if (previous_.fits(now) && !anyTrack)
        learn(time, now);
    const bool wakes = !known || moved(now);
    previous_ = now;
    if (wakes) {
        awakeUntil_ = time + stayAwake;
        detectionsOwed_ = 1 + detectionsToConfirm;
    }
    const bool awake = detectionsOwed_ > 0 || (awakeUntil_ && time <= *awakeUntil_);
    return wakes || anyTrack || awake || time - *lastDetected_ >= lookAnyway_;
}

void Stillness::detected(StreamTime time, const LumaGrid &now)
{
    if (!usable(now))
        return;
    reference_ = now;
    lastDetected_ = time;
    detectionsOwed_ = std::max(0, detectionsOwed_ - 1);
}

bool Stillness::moved(const LumaGrid &now)
{
    patchChanges(reference_, now, patches_, sorted_);
    if (spread(patches_, sorted_) > mostNoise)
        return true;
    const double noise = noise_.value_or(0);
    const double limit = std::max(leastChange, noiseSigmas * noise);
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        const double change = std::abs(patches_[i]);
        if (change <= limit)
            continue;
        const double habit = habits_.empty() ? 0 : habits_[i];
        if (change > limit + habitFactor * std::max(0.0, habit - peakSigmas * noise))
            return true;
    }
    return false;
}

void Stillness::learn(StreamTime time, const LumaGrid &now)
{
    patchChanges(previous_, now, patches_, sorted_);
    const double seen = spread(patches_, sorted_);
    if (seen <= mostNoise)
        noise_ = noise_ ? *noise_ + noiseGain * (seen - *noise_) : seen;

    if (changes_.size() != patches_.size()) {
        changes_.assign(patches_.size(), {});
        windowStart_ = time;
    }
    for (std::size_t i = 0; i < patches_.size(); ++i)
        changes_[i].underWay = std::max(changes_[i].underWay, std::abs(patches_[i]));
    if (time < windowStart_ || time - windowStart_ >= habitWindow) {
        endWindow(static_cast<std::size_t>(now.columns) - 1);
        windowStart_ = time;
    }
}

void Stillness::endWindow(std::size_t columns)
{
    for (Changes &patch : changes_)
        patch = {0, {patch.underWay, patch.windows[0], patch.windows[1]}};
    // Only what goes on through three windows is a habit, and not somebody who passed. What
    // flickers here now flickers next to it then.
    habits_.assign(changes_.size(), 0);
    const std::size_t rows = changes_.size() / columns;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            const auto &windows = changes_[row * columns + column].windows;
            const float habit = *std::min_element(windows.begin(), windows.end());
            for (std::size_t y = row ? row - 1 : 0; y < std::min(rows, row + 2); ++y) {
                float *around = &habits_[y * columns];
                for (std::size_t x = column ? column - 1 : 0; x < std::min(columns, column + 2);
                     ++x)
                    around[x] = std::max(around[x], habit);
            }
        }
    }
}

} // namespace ooto::core
