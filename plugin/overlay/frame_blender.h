// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws a GstVideoOverlayComposition into a frame of any raw format.
#pragma once

#include <gst/video/video.h>

namespace ooto::overlay
{

/**
 * As gst_video_overlay_composition_blend(), but at a cost of the drawn area: that function unpacks
 * and packs the frame's full width for each line that a rectangle touches, which for upright
 * strips of a few pixels is nearly all of its time. Also draws with the colours of a frame that
 * has a palette, where that function would scramble the lines it touches.
 *
 * Rectangles must be native-endian ARGB, not premultiplied and not scaled. `frame` must be mapped
 * for reading and writing.
 */
void blendOnto(GstVideoFrame &frame, GstVideoOverlayComposition *composition);

} // namespace ooto::overlay
