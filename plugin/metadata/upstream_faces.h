// SPDX-License-Identifier: LGPL-2.1-or-later
// Faces that elements upstream found: regions of interest and GstAnalytics' object detections.
#pragma once

#include "core/asking/face.h"
#include "core/base/frame_shape.h"
#include "metadata/analytics.h"

#include <gst/video/video.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ooto::metadata
{

/** One face; a region and a detection of the same place are one. */
struct UpstreamFace {
    core::Box box; ///< 0..1 of the visible picture
    double score = 1;
    std::optional<std::uint64_t> objectId;          ///< that its finder follows it by
    GstVideoRegionOfInterestMeta *region = nullptr; ///< the buffer's
    std::optional<AnalyticsObject> object;
};

/**
 * @param type    regions and detections of another type do not count
 * @param visible what is to be seen of the buffer, in its pixels
 */
std::vector<UpstreamFace> upstreamFaces(GstBuffer *buffer, const std::string &type,
                                        const core::PixelRect &visible);

/**
 * For each face in view the one of these that it is: by its number, else by its place. A number
 * that came, went or changed is no other face where neither is anybody else's; the next sample
 * decides.
 */
std::vector<const UpstreamFace *> matchFaces(const std::vector<core::FaceView> &faces,
                                             const std::vector<UpstreamFace> &upstream);

} // namespace ooto::metadata
