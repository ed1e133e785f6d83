// SPDX-License-Identifier: LGPL-2.1-or-later
// Non-maximum suppression: of boxes that lie on one another only the best stays.
#pragma once

#include "vision/detector.h"

#include <cstddef>
#include <vector>

namespace ooto::vision
{

/**
 * Sorts by score, best first, and drops each detection that overlaps a better one that stayed.
 *
 * @param maxIou     overlap (intersection over union, 0..1) above which two boxes are one face
 * @param candidates how many of the best are looked at; bounds the time, which grows with its
 * square
 */
void suppressNonMaxima(std::vector<Detection> &detections, double maxIou,
                       std::size_t candidates = 2000);

} // namespace ooto::vision
