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
    void reset();

    /**
     * The buffer's time stamp where it has one that the segment can place; else one frame after
     * the last by the caps' frame rate; else when it arrived. The wall clock is the camera's, by a
     * GstReferenceTimestampMeta of NTP or Unix time on this or an earlier buffer; else ours.
     */
    core::FrameTimes timesOf(GstElement *element, GstBuffer *buffer, const GstSegment &segment,
                             const GstVideoInfo &info);
    /** Of a moment without a buffer. */
    core::FrameTimes timesOf(GstElement *element, GstClockTime pts, const GstSegment &segment,
                             const GstVideoInfo &info);

private:
    core::StreamTime untimed(GstElement *element, const GstVideoInfo &info) const;

    struct Reference {
        core::StreamTime runningTime;
        std::chrono::system_clock::time_point wallClock;
    };

    std::optional<core::StreamTime> last_;
    std::optional<Reference> reference_; ///< of the last buffer that said when it was taken
};

} // namespace ooto::gst
