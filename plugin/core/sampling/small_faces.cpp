// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/small_faces.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr StreamTime spell = 60s;
/** So long after the last face the spell is over: people have gone. */
constexpr StreamTime longestAbsence = 10s;
/** A detector that is wrong once or twice in a minute is no face. */
constexpr unsigned leastSamples = 3;

std::string textOf(std::size_t faces, double largestPx, double minFacePx)
{
    const auto whole = [](double px) { return std::to_string(std::lround(px)); };
    // Rounded down, so that the size that is told never looks large enough.
    return std::to_string(faces) + (faces == 1 ? " face" : " faces") + " up to " +
           whole(std::floor(largestPx)) + " px; min-face-size is " + whole(minFacePx);
}

} // namespace

void SmallFaces::note(StreamTime time, const std::vector<double> &sidesPx, double minFacePx)
{
    const bool timeWentBack = begin_ && time < lastSeen_;
    const bool largeEnough =
        std::any_of(sidesPx.begin(), sidesPx.end(), [=](double px) { return px >= minFacePx; });
    if (timeWentBack || largeEnough)
        reset();
    if (largeEnough)
        return;
    if (sidesPx.empty()) {
        // Samples in which nothing moved are not searched: this one was, and they have gone.
        if (begin_ && time - lastSeen_ > longestAbsence)
            reset();
        return;
    }
    if (!begin_)
        begin_ = time;
    lastSeen_ = time;
    ++samples_;
    most_ = std::max(most_, sidesPx.size());
    largestPx_ = std::max(largestPx_, *std::max_element(sidesPx.begin(), sidesPx.end()));
    if (notice_.empty() && time - *begin_ >= spell && samples_ >= leastSamples)
        notice_ = textOf(most_, largestPx_, minFacePx);
}

} // namespace ooto::core
