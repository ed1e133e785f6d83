// SPDX-License-Identifier: LGPL-2.1-or-later
// The one door to GstAnalytics. Where that is not there (GStreamer before 1.24, or meson's
// -Danalytics=disabled) nothing is found and nothing is attached.
#pragma once

#include "core/base/box.h"
#include "metadata/face_structure.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ooto::metadata
{

/** An object detection that is on a buffer. */
struct AnalyticsObject {
    guint id = 0;                          ///< of its mtd, on this buffer only
    core::Box box;                         ///< pixels of the buffer
    double score = 0;                      ///< 0..1
    std::optional<std::uint64_t> objectId; ///< of its tracking mtd, where it has one
};

/** The object detections of this type, in their order. */
std::vector<AnalyticsObject> analyticsObjects(GstBuffer *buffer, const std::string &type);

/**
 * Adds what is known of a face: its detection, who it is and whether it lives, and its track.
 * @param buffer writable
 * @param px     the face's box in pixels of the buffer
 * @param known  the mtd of a detection that is there already, which is then used
 */
void addAnalytics(GstBuffer *buffer, const core::FaceView &face, const ReportContext &context,
                  const GstVideoRectangle &px, const std::optional<AnalyticsObject> &known);

} // namespace ooto::metadata
