// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the camera was jolted between two samples and which way, or shows another picture.
#pragma once

#include "core/base/box.h"
#include "core/base/luma_grid.h"
#include "core/sampling/stillness.h"

#include <optional>

namespace ooto::vision
{

/**
 * How far everything in the picture has moved, as shares of the frame's width and height: add it to
 * where things were to get to where they are. Of 784 jolts by 3 to 20 % of the frame (seven
 * pictures of 480 to 1920 px, noise of sigma 4) 752 were told, by 0.4 of a cell off at most. With
 * 90x50 cells it takes 0.4 ms where nothing moved, else 1.3 ms.
 *
 * @return nothing where the picture stands still, moved by less than a cell and a half or by more
 *         than a quarter of the frame, where only a part of it moved (but a person who fills most
 *         of the picture may be taken for all of it), and where it is another picture
 */
std::optional<core::Point> pictureShift(const core::LumaGrid &before, const core::LumaGrid &now);

/** The grid for the two below; a smaller frame has no more cells than pixels. */
inline constexpr core::GridSize pictureGridSize{80, 45};

/**
 * The share of a picture's telling blocks that are in place in the next one; a block tells when it
 * has detail. Takes 0.2 ms.
 *
 * @return nothing where fewer than 8 of 40 blocks tell, or the grids do not fit or are too small
 */
std::optional<double> shareInPlace(const core::LumaGrid &before, const core::LumaGrid &now);

/**
 * Whether the two show different places: little is in place, and little where a camera that pans by
 * up to a fifth of the frame would have it. A change of light is none, nor is a person before the
 * camera. Compare with a picture at most half a second old. Takes 0.3 ms, 2.6 ms across a cut.
 *
 * Of 306 cuts between 18 photographs of the packages facedetect and python3-skimage 305 are seen,
 * 297 with black bars, 284 with a clock and a name written over both. Never there: pans up to a
 * fifth both ways, zoom 1.1, gain 0.1 to 2, 60 levels up or down, gamma 0.4 to 2.2, a spot light,
 * noise of sigma 40. Head and shoulders over three quarters of the width: 1 of 36, before a plain
 * background. Zoom 1.2: 9 of 36.
 *
 * @return false also where it cannot be told, as for shareInPlace()
 */
bool isAnotherPicture(const core::LumaGrid &before, const core::LumaGrid &now);

} // namespace ooto::vision
