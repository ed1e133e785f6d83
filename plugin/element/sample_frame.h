// SPDX-License-Identifier: LGPL-2.1-or-later
// One frame of the stream kept for analysis, and pictures cut from it.
#pragma once

#include "core/base/frame_shape.h"
#include "core/base/image.h"
#include "core/base/luma_grid.h"
#include "core/sampling/stillness.h"
#include "element/handles.h"

#include <cstdint>
#include <vector>

namespace ooto::element
{

/**
 * A copy of a frame in its own format. Its memory is reused from frame to frame. Thread-bound: the
 * streaming thread fills it, then the analysis reads it, never both at once.
 *
 * Of an interlaced frame the top field is what is looked at: two fields are two moments. Of a
 * very large one every second line is, or fewer, which takes half as long to copy. A
 * GstVideoCropMeta decides what is visible.
 */
class SampleFrame
{
public:
    /** @return false when the buffer could not be mapped for reading */
    bool copyFrom(GstBuffer *buffer, const GstVideoInfo &info);

    /** The visible picture, in pixels of the frame. */
    const core::FrameShape &shape() const { return shape_; }

    /**
     * Cuts a part of the visible picture out and scales it, colours right for the caps'
     * colorimetry and range, as sRGB.
     * @param part in pixels of the visible picture
     * @return false when the format cannot be converted
     */
    bool cut(const core::PixelRect &part, const core::PixelSize &size, core::Image &image) const;

    /**
     * Mean brightness by cell, from a few lines through each row of cells: not every pixel
     * is worth a look where nothing may have happened.
     * @return false when the format has no brightness to be had
     */
    bool lumaGrid(const core::GridSize &size, core::LumaGrid &grid);

private:
    void addLine(float *cells, int columns, const std::uint8_t *values) const;
    void addLine(float *cells, int columns, const std::uint8_t *values, std::size_t bytes) const;

    std::vector<std::uint8_t> line_; ///< unpacked; kept for its memory
    BufferHandle copy_;
    GstVideoInfo info_{}; ///< of the copy, which is progressive
    int lineStep_ = 1;    ///< from one line of the copy to the next, in the frame
    core::FrameShape shape_;
    core::PixelRect visible_; ///< pixels of the frame
};

} // namespace ooto::element
