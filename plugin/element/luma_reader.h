// SPDX-License-Identifier: LGPL-2.1-or-later
// A coarse look at a place in a frame, for the streaming thread: a few microseconds.
#pragma once

#include "core/base/frame_shape.h"
#include "core/tracking/face_watch.h"
#include "element/handles.h"

#include <optional>

namespace ooto::element
{

/** One frame, mapped for as long as this lives. *streaming* */
class LumaReader
{
public:
    /** @param visible the picture in the frame, px */
    LumaReader(GstBuffer *buffer, const GstVideoInfo &info, const core::PixelRect &visible);

    /**
     * How bright the frame is in the box: single pixels, four to a cell.
     * @param box 0..1 of the visible picture; may reach beyond it
     * @return nothing where the format has no brightness in bytes or words of its own
     */
    std::optional<core::Patch> read(const core::Box &box);

private:
    MappedFrame frame_;
    core::PixelRect visible_;
    const std::uint8_t *data_ = nullptr; ///< of the component that is read; null: cannot be
    int stride_ = 0;
    int step_ = 0;      ///< bytes from pixel to pixel
    bool wide_ = false; ///< of two bytes, little endian
    float levels_ = 1;  ///< of 0..255 for one of the format's
};

} // namespace ooto::element
