// SPDX-License-Identifier: LGPL-2.1-or-later
// A face as a region of interest, with params in DL Streamer's form.
#pragma once

#include "element/handles.h"
#include "metadata/face_structure.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <vector>

namespace ooto::metadata
{

/** The face's box in pixels of the buffer: at least one pixel, inside the visible picture. */
GstVideoRectangle pixelsOf(const core::FaceView &face, const ReportContext &context, int offsetX,
                           int offsetY);

/**
 * Gives the region the track's number as its id; beside regions of others, one after it where one
 * of the same type has that.
 */
void numberRegion(GstBuffer *buffer, GstVideoRegionOfInterestMeta *region,
                  const core::FaceView &face, const ReportContext &context);

/** A new region of type "face". @param buffer writable */
GstVideoRegionOfInterestMeta *addRegion(GstBuffer *buffer, const core::FaceView &face,
                                        const GstVideoRectangle &px, const ReportContext &context);

/** Params of a region, in the order in which they are added. */
using RegionParams = std::vector<element::StructureHandle>;

/** What gvametaconvert and gvawatermark read beside `detection`: `object_id`, and what is known as
 * `identity`, `liveness`, `deepfake`. */
RegionParams regionParams(const core::FaceView &face, const ReportContext &context);

/** Adds `detection`, and copies of the params. A param of the same name stays as it is. */
void describeRegion(GstVideoRegionOfInterestMeta *region, const core::FaceView &face,
                    const RegionParams &params);

} // namespace ooto::metadata
