// SPDX-License-Identifier: LGPL-2.1-or-later
// How sharp and how well lit a face is, measured in its pixels.
#pragma once

#include "core/box.h"
#include "core/shot_quality.h"
#include "vision/image.h"

namespace ooto::vision
{

/**
 * @param crop       BGR; the face some 160 px large tells all that there is to tell, and smaller
 *                   ones what they hold
 * @param faceInCrop pixels of the crop; may reach beyond it
 * @return zeros where the face is not in the crop, or smaller than a few pixels
 */
core::ShotMeasures measureShot(const ImageView &crop, const core::Box &faceInCrop);

} // namespace ooto::vision
