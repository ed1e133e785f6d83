// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/nms.h"

#include <algorithm>

namespace ooto::vision
{

void suppressNonMaxima(std::vector<Detection> &detections, double maxIou, std::size_t candidates)
{
    // Stable, so that equal scores come out in the same order on every machine.
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Detection &a, const Detection &b) { return a.score > b.score; });
    if (detections.size() > candidates)
        detections.resize(candidates);

    auto keptEnd = detections.begin();
    for (const Detection &detection : detections) {
        const bool covered = std::any_of(detections.begin(), keptEnd, [&](const Detection &better) {
            return core::iou(better.box, detection.box) > maxIou;
        });
        if (!covered)
            *keptEnd++ = detection;
    }
    detections.erase(keptEnd, detections.end());
}

} // namespace ooto::vision
