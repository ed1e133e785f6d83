// SPDX-License-Identifier: LGPL-2.1-or-later
// When each frame is, also where the stream does not say.
#pragma once

#include "core/frame_times.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <optional>

namespace ooto::gst
{

/** Thread-bound to the *streaming* thread. */
class FrameClock
{
public:
    void reset() { last_.reset(); }

    /**
     * The buffer's time stamp where it has one that the segment can place; else one frame after
     * the last by the caps' frame rate; else when it arrived.
     */
    core::FrameTimes timesOf(GstElement *element, GstClockTime pts, const GstSegment &segment,
                             const GstVideoInfo &info);

private:
    core::StreamTime untimed(GstElement *element, const GstVideoInfo &info) const;

    std::optional<core::StreamTime> last_;
};

} // namespace ooto::gst
