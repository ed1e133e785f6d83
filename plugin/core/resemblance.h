// SPDX-License-Identifier: LGPL-2.1-or-later
// What the likeness of two appearances says about whether they are one person's.
#pragma once

#include <algorithm>

namespace ooto::core
{

// Likenesses as measured with the histograms of vision/appearance.cpp on made scenes and two clips:
// one person from sample to sample 0.77 to 1, mostly above 0.85; two people 0.60 to 0.68.

/** From here on two detections are one person's, for all that colours can tell. */
inline constexpr double clearlyAlike = 0.8;
/** Up to here they are not, unless the light changed or the person turned round. */
inline constexpr double clearlyUnlike = 0.7;
/** By how much two people's likenesses have to differ for colours to tell who is who. */
inline constexpr double clearDifference = 0.12;

/** -2 ln of how much likelier one person looks so alike than two people; 0 half way. */
inline double unlikelihood(double likeness)
{
    constexpr double half = (clearlyAlike + clearlyUnlike) / 2;
    constexpr double strength = 60;
    constexpr double most = 6; // colours alone never outweigh a face that plainly went elsewhere
    return std::clamp(strength * (half - likeness), -most, most);
}

} // namespace ooto::core
