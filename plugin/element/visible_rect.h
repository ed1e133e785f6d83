// SPDX-License-Identifier: LGPL-2.1-or-later
// Which part of a buffer's pixels is the picture.
#pragma once

#include "core/base/frame_shape.h"

#include <gst/video/video.h>

namespace ooto::element
{

/**
 * The GstVideoCropMeta's rectangle, cut off at the frame, in pixels of the buffer; all of the frame
 * without one, and where it lies outside. The frame's size is that of the memory (GstVideoMeta),
 * which a crop meta makes larger than the caps'.
 */
core::PixelRect visibleRect(GstBuffer *buffer, const GstVideoInfo &info);

} // namespace ooto::element
