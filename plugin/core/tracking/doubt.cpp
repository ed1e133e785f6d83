// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/doubt.h"

namespace ooto::core
{

namespace
{

// Centres a whole box apart: no overlap with any place where the face could have been expected.
constexpr double farOff = 1;
constexpr double doubled = 2; // area

bool atLeastDoubled(double a, double b)
{
    return a >= doubled * b || b >= doubled * a;
}

} // namespace

bool jumped(const Track &track, const Observation &seen, const Fit &how, const SampleClock &now)
{
    if (track.motion.knowsVelocity() && (how.off.x >= farOff || how.off.y >= farOff))
        return true;
    return atLeastDoubled(seen.box.area(), track.motion.lastBox().area()) &&
           atLeastDoubled(seen.box.area(), expectedBox(track.motion, now.time).area());
}

} // namespace ooto::core
