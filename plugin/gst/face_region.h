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

/** The wanted id, or one after it where others gave it to a region of theirs. */
int freeRegionId(GstBuffer *buffer, int wanted);

/** A new region of type "face", with the track's id where that is free. @param buffer writable */
GstVideoRegionOfInterestMeta *addRegion(GstBuffer *buffer, const core::FaceView &face,
                                        const GstVideoRectangle &px);

/**
 * Adds the params that gvametaconvert and gvawatermark read: `detection`, `object_id`, and what is
 * known as `identity`, `liveness`, `deepfake`. What was detected and numbered by others stays as
 * it is.
 */
void describeRegion(GstVideoRegionOfInterestMeta *region, const core::FaceView &face,
                    const ReportContext &context);

} // namespace ooto::gst
