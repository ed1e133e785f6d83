// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares two faces by the directions of their edges: enough for a demo, no face recognition.
#pragma once

#include "vision/detector.h"

#include <opencv2/core/mat.hpp>

#include <vector>

namespace ooto::server
{

using Descriptor = std::vector<float>; ///< of unit length; all zero for a face without edges

/** One face as the matcher sees it. */
struct FaceViews {
    Descriptor upright; ///< aligned as found
    /** Moved, shrunk and grown a little: detectors differ by that much from photo to photo. */
    std::vector<Descriptor> nearby;
};

/**
 * @param grey 8 bit, one channel
 * @param face aligned by its landmarks, or by its box where it has none
 */
FaceViews describeFace(const cv::Mat &grey, const vision::Detection &face);

/** Cosine similarity, -1..1, of the best of the probe's views with the enrolled face. */
double similarity(const FaceViews &probe, const Descriptor &enrolled);

} // namespace ooto::server
