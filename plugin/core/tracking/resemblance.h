// SPDX-License-Identifier: LGPL-2.1-or-later
// What the likeness of two faces says about whether they are one person's: the numbers.
#pragma once

#include <algorithm>

namespace ooto::core
{

// Whose name it is. From 508 faces of 30 people in real clips at 5 samples a second, 36 pairs of
// people in one scene and 229 across scenes. Chosen on these same clips: guides with margins.

/**
 * From here on two aligned faces are one person's. Different people, up to 8 looks of one against
 * up to 5 samples of the other, the best pair: 0.73 at most in good pictures (0 of 9,298 at 0.74
 * and more), 0.74 at 24 px. The same person: 75, 86, 89 % later in a clip by 1, 3, 5 samples.
 */
inline constexpr double sameTexture = 0.76;
/** The same where one of them is not aligned: different people 0.77 at most. */
inline constexpr double sameTextureUnaligned = 0.80;
/** More than five samples are more chances for another person to pass. */
inline constexpr double moreTriesCost = 0.02;
/**
 * Below this the colours say that they are two, unless the light changed. Different people in one
 * room are 0.75 alike in the median, 0.92 at most; the same person a second later 0.94 in the
 * median, 0.84 at the 5th percentile, 0.61 after a change of light. Colours alone prove nothing.
 */
inline constexpr double sameColours = 0.75;
/**
 * A drop against the track's own history: 0 of 2,840 swaps were missed, 0.04 % at the first sample
 * where both wear one uniform; 2.5 % of the samples of people who gesture and turn were doubted.
 */
inline constexpr double textureDrop = 0.15;
/** Of faces that are not aligned: a swap drops by 0.14 at least, a person's own sample by 0.04 at
 * most (six people, see vision/face_texture.h). */
inline constexpr double textureDropUnaligned = 0.10;
inline constexpr double dropOfBoth = 0.20; ///< of texture and colours added up
/** What an aligned face and its colours have in common with the sample before, in the median. */
inline constexpr double usualTexture = 0.85;
inline constexpr double usualColours = 0.94;
/** |ln| of how the picture's mean luma changed, from which on colours tell nothing. */
inline constexpr double otherLight = 0.2;

// Which detection is whose, from sample to sample: hints beside the way that a face goes, which
// decide nothing by themselves.

/** From here on colours are for a pair, up to there they are against it. */
inline constexpr double clearlyAlike = 0.8;
inline constexpr double clearlyUnlike = 0.7;

/** -2 ln of how much likelier one person looks so alike than two people; 0 half way. */
inline double unlikelihood(double likeness)
{
    constexpr double half = (clearlyAlike + clearlyUnlike) / 2;
    constexpr double strength = 60;
    constexpr double most = 6; // colours alone never outweigh a face that plainly went elsewhere
    return std::clamp(strength * (half - likeness), -most, most);
}

} // namespace ooto::core
