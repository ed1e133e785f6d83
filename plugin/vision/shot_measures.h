// SPDX-License-Identifier: LGPL-2.1-or-later
// How sharp and how well lit a face is, measured in its pixels.
#pragma once

#include "core/asking/shot_quality.h"
#include "core/base/box.h"
#include "core/base/image.h"

namespace ooto::vision
{

/**
 * Sharpness is how much detail the face holds for its size: the least change along any direction
 * in the fine over that in the coarse, noise taken off. Exposure is what mean, contrast, burnt out
 * and drowned pixels leave of 1. Takes 0.1 to 0.5 ms on one core.
 *
 * @param crop       BGR; the face some 160 px large tells all that there is to tell, and smaller
 *                   ones what they hold
 * @param faceInCrop pixels of the crop; may reach beyond it
 * @return zeros where the face is not in the crop, or smaller than a few pixels
 */
core::ShotMeasures measureShot(const core::ImageView &crop, const core::Box &faceInCrop);

} // namespace ooto::vision
