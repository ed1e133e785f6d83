// SPDX-License-Identifier: LGPL-2.1-or-later
// How good a photo of a face would be, as one number and its parts.
#pragma once

#include "core/face.h"
#include "core/observation.h"
#include "core/photo_plan.h"

#include <vector>

namespace ooto::core
{

/** What has to be measured in the pixels of the face itself. */
struct ShotMeasures {
    double sharpness = 0; ///< 0..1; 0 is a smear
    double exposure = 0;  ///< 0..1; 0 is black or burnt out
};

/**
 * Parts and whole are 0..1, 1 is the best. The whole is what `min-quality` is compared with.
 */
struct ShotQuality {
    double total = 0;
    double size = 0;
    double sharpness = 0;
    double exposure = 0;
    double frontality = 0; ///< 1 where the detector gives no landmarks to judge by
    double edge = 0;       ///< 0 where the face is cut off by the frame's edge
    double crowding = 0;   ///< less than 1 where a neighbour's face is in the crop

    bool operator==(const ShotQuality &) const = default;
};

/**
 * @param face       the face to be photographed
 * @param all        everybody seen in the sample, `face` among them
 * @param margin     share of the face's box that goes around it on each side
 * @param minFacePx  shorter side of the smallest face worth a photo, px of the frame
 */
ShotQuality judgeShot(const Observation &face, const std::vector<Observation> &all,
                      const FrameShape &frame, const ShotMeasures &measures, double margin,
                      double minFacePx);

/** What is worst about a shot, for people; None where nothing is bad */
Reason worstPart(const ShotQuality &quality);

} // namespace ooto::core
