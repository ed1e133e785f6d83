// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/stillness.h"

#include "core/asking/photo_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

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

// What flickers and what moves, by the region of patches that changed in each of three windows.
/** Longer side of a region that is small: a clock, a lamp. Five of the smallest faces, in patches.
 */
constexpr std::size_t smallSide = 7;
/** Patches in a row or column. A person who walks changes all of them alike; of leaves each has its
 * own way.
 */
constexpr std::size_t runLength = 8;
/**
 * Share of a patch's largest change that the run has, too. Found on the made scenes of the tests:
 * in a tree whose cells each move as chance wills 6 to 13 % of the patches reach it; where people
 * walk or sway, in plain clothes or in squares of one cell, 40 to 100 %.
 */
constexpr float commonShare = 0.75f;
constexpr double mostCommon = 0.2; ///< of a region's patches, where nothing moves
/** Levels; a codec's key frames do no more, and do it rarely. */
constexpr double weakest = 6;
constexpr double leastActive = 0.45; ///< of the samples: stronger flicker goes on all the time

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

bool Stillness::noteSample(StreamTime time, const LumaGrid &now, bool anyTrack)
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
    movedPatches_ = {};
    const bool wakes = !known || compare(now);
    previous_ = now;
    if (wakes) {
        awakeUntil_ = time + stayAwake;
        detectionsOwed_ = 1 + detectionsToConfirm;
    }
    const bool awake = detectionsOwed_ > 0 || (awakeUntil_ && time <= *awakeUntil_);
    return wakes || anyTrack || awake || time - *lastDetected_ >= lookAnyway_;
}

void Stillness::noteDetection(StreamTime time, const LumaGrid &now)
{
    if (!usable(now))
        return;
    reference_ = now;
    lastDetected_ = time;
    detectionsOwed_ = std::max(0, detectionsOwed_ - 1);
}

void Stillness::noteDetection(StreamTime time, const LumaGrid &now, const std::vector<Box> &areas)
{
    if (!usable(now) || !reference_.fits(now)) {
        noteDetection(time, now);
        return;
    }
    for (const Box &area : areas) {
        // Whole cells inside of the area: of one that was searched in part, the rest may move.
        const auto first = [](double at, int cells) {
            return std::clamp(static_cast<int>(std::ceil(at * cells - 0.01)), 0, cells);
        };
        const auto end = [](double at, int cells) {
            return std::clamp(static_cast<int>(std::floor(at * cells + 0.01)), 0, cells);
        };
        const int left = first(area.x, now.columns);
        const int right = std::max(left, end(area.right(), now.columns));
        for (int row = first(area.y, now.rows); row < end(area.bottom(), now.rows); ++row) {
            const auto begin = static_cast<std::ptrdiff_t>(row) * now.columns;
            std::copy(now.luma.begin() + begin + left, now.luma.begin() + begin + right,
                      reference_.luma.begin() + begin + left);
        }
    }
    lastDetected_ = time;
    detectionsOwed_ = std::max(0, detectionsOwed_ - 1);
}

/** Notes what moved. @return whether anything did */
bool Stillness::compare(const LumaGrid &now)
{
    patchChanges(reference_, now, patches_, sorted_);
    if (spread(patches_, sorted_) > mostNoise)
        return true;
    movedPatches_ = {false, now.columns - 1, now.rows - 1, std::vector<bool>(patches_.size())};
    const double noise = noise_.value_or(0);
    const double limit = std::max(leastChange, noiseSigmas * noise);
    bool any = false;
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        const double change = std::abs(patches_[i]);
        if (change <= limit)
            continue;
        const double habit = habits_.empty() ? 0 : habits_[i];
        if (change > limit + habitFactor * std::max(0.0, habit - peakSigmas * noise)) {
            movedPatches_.moved[i] = true;
            any = true;
        }
    }
    return any;
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
        windowSamples_ = 0;
    }
    const auto limit = static_cast<float>(std::max(leastChange, noiseSigmas * noise_.value_or(0)));
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        const float change = std::abs(patches_[i]);
        changes_[i].underWay.peak = std::max(changes_[i].underWay.peak, change);
        changes_[i].underWay.active += change > limit;
    }
    const std::size_t columns = static_cast<std::size_t>(now.columns) - 1;
    noteRuns(columns, limit);
    ++windowSamples_;
    if (time < windowStart_ || time - windowStart_ >= habitWindow) {
        endWindow(columns);
        windowStart_ = time;
        windowSamples_ = 0;
    }
}

/** Notes what rows and columns of patches do in common. */
void Stillness::noteRuns(std::size_t columns, float limit)
{
    const std::size_t rows = patches_.size() / columns;
    const auto along = [&](std::size_t first, std::size_t count, std::size_t step) {
        float sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            sum += patches_[first + i * step];
            if (i + 1 < runLength)
                continue;
            const std::size_t begin = i + 1 - runLength;
            const float mean = std::abs(sum) / runLength;
            for (std::size_t k = begin; mean > limit && k <= i; ++k) {
                float &common = changes_[first + k * step].underWay.common;
                common = std::max(common, mean);
            }
            sum -= patches_[first + begin * step];
        }
    };
    for (std::size_t row = 0; row < rows; ++row)
        along(row * columns, columns, 1);
    for (std::size_t column = 0; column < columns; ++column)
        along(column, rows, columns);
}

/** Patches next to each other that changed in every window, and what they did. */
struct Stillness::Region {
    std::vector<std::size_t> patches;
    std::size_t left = SIZE_MAX;
    std::size_t top = SIZE_MAX;
    std::size_t right = 0;
    std::size_t bottom = 0;
    double habit = 0;  ///< sum
    double active = 0; ///< sum
    double common = 0; ///< patches that did what a whole run did
};

namespace
{

/** What is sure to come back in each window. */
template<typename Windows>
float habitOf(const Windows &windows)
{
    return std::min({windows[0].peak, windows[1].peak, windows[2].peak});
}

} // namespace

void Stillness::add(Region &region, const Changes &patch)
{
    const auto &[latest, middle, oldest] = patch.windows;
    region.habit += habitOf(patch.windows);
    region.active += std::min({latest.active, middle.active, oldest.active});
    // A person who passed in any of them passed.
    const float common = std::max({latest.common, middle.common, oldest.common});
    region.common += common > commonShare * std::max({latest.peak, middle.peak, oldest.peak});
}

bool Stillness::movesIn(const Region &region) const
{
    if (region.right - region.left < smallSide && region.bottom - region.top < smallSide)
        return false;
    const auto count = static_cast<double>(region.patches.size());
    if (region.common > mostCommon * count)
        return true;
    return region.habit > weakest * count && region.active < leastActive * count;
}

/** By patch: what flickers there in every window, and is nothing that moves; levels. */
std::vector<float> Stillness::habits(std::size_t columns) const
{
    const std::size_t rows = changes_.size() / columns;
    const double limit = std::max(leastChange, noiseSigmas * noise_.value_or(0));
    std::vector<float> habits;
    for (const Changes &patch : changes_)
        habits.push_back(habitOf(patch.windows));
    std::vector<bool> known(changes_.size());
    for (std::size_t first = 0; first < changes_.size(); ++first) {
        if (known[first] || habits[first] <= limit)
            continue;
        Region region;
        known[first] = true;
        region.patches.push_back(first);
        for (std::size_t next = 0; next < region.patches.size(); ++next) {
            const std::size_t patch = region.patches[next];
            const std::size_t row = patch / columns;
            const std::size_t column = patch % columns;
            add(region, changes_[patch]);
            region.left = std::min(region.left, column);
            region.right = std::max(region.right, column);
            region.top = std::min(region.top, row);
            region.bottom = std::max(region.bottom, row);
            for (std::size_t y = row ? row - 1 : 0; y < std::min(rows, row + 2); ++y) {
                for (std::size_t x = column ? column - 1 : 0; x < std::min(columns, column + 2);
                     ++x) {
                    const std::size_t beside = y * columns + x;
                    if (!known[beside] && habits[beside] > limit) {
                        known[beside] = true;
                        region.patches.push_back(beside);
                    }
                }
            }
        }
        if (movesIn(region)) {
            for (const std::size_t patch : region.patches)
                habits[patch] = 0;
        }
    }
    return habits;
}

void Stillness::endWindow(std::size_t columns)
{
    for (Changes &patch : changes_) {
        patch.underWay.active /= static_cast<float>(std::max(1, windowSamples_));
        patch = {{}, {patch.underWay, patch.windows[0], patch.windows[1]}};
    }
    // Only what goes on through three windows is a habit, and no person who passed. What
    // flickers here now flickers next to it then.
    const std::vector<float> own = habits(columns);
    habits_.assign(changes_.size(), 0);
    const std::size_t rows = changes_.size() / columns;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            const float habit = own[row * columns + column];
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
