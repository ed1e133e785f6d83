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

/** A shot as good as this need not wait for a better one. */
inline constexpr double plainlyGoodShot = 0.7;

/**
<<<<<<< HEAD
=======
 * Parts and whole are 0..1, 1 is the best. The whole is what `min-quality` is compared with:
 *
 *     total = size * soft(sharpness) * soft(exposure) * frontality * edge * crowding
 *     soft(x) = 1 - (1 - x)^2
 *
 * A product, so that what is hopeless in one way is hopeless: a smear (sharpness below 0.15), a
 * profile (from 59 degrees on) and a face that is cut off end below 0.3 however good the rest is.
 * A face that is perfect but for its size has 0.45 with 48 px, 0.7 with 92 px, 1 from 200 px on.
 */
struct ShotQuality {
    double total = 0;
    double size = 0;
    double sharpness = 0;  ///< as measured
    double exposure = 0;   ///< as measured
    double frontality = 0; ///< 1 where the detector gives no landmarks to judge by
    double edge = 0;       ///< 0 where the face is cut off by the frame's edge
    double crowding = 0;   ///< less than 1 where a neighbour's face is in the crop

    bool operator==(const ShotQuality &) const = default;
};

/**
>>>>>>> vision
 * @param face       the face to be photographed
 * @param all        everybody seen in the sample, `face` among them
 * @param margin     share of the face's box that goes around it on each side
 * @param minFacePx  shorter side of the smallest face worth a photo, px of the frame
 */
ShotQuality judgeShot(const Observation &face, const std::vector<Observation> &all,
                      const FrameShape &frame, const ShotMeasures &measures, double margin,
                      double minFacePx);

/** What takes most from a shot, for people; None where it is plainly good. */
Reason worstPart(const ShotQuality &quality);

} // namespace ooto::core
