// SPDX-License-Identifier: LGPL-2.1-or-later
// How good a photo of a face would be, as one number and its parts.
#pragma once

#include "core/asking/face.h"
#include "core/asking/photo_plan.h"
#include "core/tracking/observation.h"

#include <vector>

namespace ooto::core
{

/** What has to be measured in the pixels of the face itself. */
struct ShotMeasures {
    double sharpness = 0; ///< 0..1; 0 is a smear
    double exposure = 0;  ///< 0..1; 0 is black or burnt out
};

/**
 * @param face       the face to be photographed
 * @param all        all faces of the sample, `face` among them
 * @param margin     share of the face's box that goes around it on each side
 * @param minFacePx  shorter side of the smallest face worth a photo, px of the frame
 */
ShotQuality judgeShot(const Observation &face, const std::vector<Observation> &all,
                      const FrameShape &frame, const ShotMeasures &measures, double margin,
                      double minFacePx);

/** What takes most from a shot, for people; None where it is plainly good. */
Reason worstPart(const ShotQuality &quality);

} // namespace ooto::core
