// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera shows, as raw frames that were made once: no decoder takes part in what is
// measured.
#pragma once

#include "core/base/frame_shape.h"
#include "element/handles.h"

#include <gst/video/video.h>

#include <string>
#include <vector>

namespace ooto::cameras
{

/** I420 at 25/s. Played forwards and backwards, so that nothing jumps where they begin again. */
class MovingFrames
{
public:
    static constexpr int perSecond = 25;

    /**
     * Up to three people who sway before a noisy sensor, each far enough from the next one to be no
     * contact. Without any it is a still hall.
     */
    static MovingFrames people(core::PixelSize size, int count);
    /** The first seconds of a video file, scaled; @param error set where there are no frames */
    static MovingFrames clip(const std::string &file, core::PixelSize size, std::string &error);

    /** A buffer of its own over the memory of the frame, which nobody writes to; without a time. */
    element::BufferHandle frame(std::size_t number) const;
    std::string caps() const;

private:
    explicit MovingFrames(core::PixelSize size);

    GstVideoInfo info_;
    std::vector<element::BufferHandle> frames_;
};

} // namespace ooto::cameras
