// SPDX-License-Identifier: LGPL-2.1-or-later
// A face as a region of interest, with params in DL Streamer's form.
#pragma once

#include "gst/face_structure.h"

#include <gst/gst.h>
#include <gst/video/video.h>

namespace ooto::gst
{

/** The face's box in pixels of the buffer: at least one pixel, inside the visible picture. */
GstVideoRectangle pixelsOf(const core::FaceView &face, const ReportContext &context, int offsetX,
                           int offsetY);

/** A new region of type "face". @param buffer writable */
GstVideoRegionOfInterestMeta *addRegion(GstBuffer *buffer, const core::FaceView &face,
                                        const GstVideoRectangle &px);

/**
 * Adds the params that gvametaconvert and gvawatermark read: `detection`, `object_id`, and what is
 * known as `identity`, `liveness`, `deepfake`. What was detected and numbered by others stays as
 * it is; a region without an id gets the track's.
 */
void describeRegion(GstVideoRegionOfInterestMeta *region, const core::FaceView &face,
                    const ReportContext &context);

} // namespace ooto::gst
