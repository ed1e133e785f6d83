// SPDX-License-Identifier: LGPL-2.1-or-later
// The regions of interest on a buffer, of any element.
#pragma once

#include "core/base/box.h"

#include <gst/video/video.h>

#include <vector>

namespace ooto::metadata
{

using Regions = std::vector<GstVideoRegionOfInterestMeta *>;

/** In the order in which they were added. */
inline Regions regionsOn(GstBuffer *buffer)
{
    Regions regions;
    gpointer position = nullptr;
    while (GstMeta *meta = gst_buffer_iterate_meta_filtered(
               buffer, &position, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
        regions.push_back(reinterpret_cast<GstVideoRegionOfInterestMeta *>(meta));
    return regions;
}

/** In pixels of the buffer. */
inline core::Box boxOf(const GstVideoRegionOfInterestMeta *region)
{
    return {double(region->x), double(region->y), double(region->w), double(region->h)};
}

} // namespace ooto::metadata
