// SPDX-License-Identifier: LGPL-2.1-or-later
// The metadata that ootoidentify attaches: `OotoFaces`, regions of interest, GstAnalytics.
#pragma once

#include "metadata/face_descriptions.h"
#include "metadata/face_fields.h"
#include "metadata/face_structure.h"
#include "metadata/upstream_faces.h"

#include <gst/gst.h>

#include <string>
#include <vector>

namespace ooto::metadata
{

/** Registers the custom meta unless somebody did already. Thread-safe; cheap. */
void registerFacesMeta();

/** What the overlay's corner should say; empty: nothing. */
struct StreamNotices {
    std::string serviceState; ///< "degraded", "down", "unauthorized"
    std::string serviceReason;
    std::string notice;
};

/**
 * Adds one ROI meta per face, its GstAnalytics counterpart, and one `OotoFaces` meta in any case:
 * faces are appended to the one that another ootoidentify upstream left, whose `camera` stays.
 * @param buffer writable
 * @param offsetX, offsetY px, where the visible picture begins in the buffer
 * @param upstream what others found on this buffer: it is used for the faces that it is about
 * @param descriptions the stream's, from frame to frame
 */
void attachFaces(GstBuffer *buffer, const std::vector<core::FaceView> &faces,
                 const ReportContext &context, const StreamNotices &notices, int offsetX,
                 int offsetY, const std::vector<UpstreamFace> &upstream,
                 FaceDescriptions &descriptions);

} // namespace ooto::metadata
