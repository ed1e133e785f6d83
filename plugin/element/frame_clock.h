// SPDX-License-Identifier: LGPL-2.1-or-later
// When each frame is, also where the stream does not say, or says what cannot be.
#pragma once

#include "core/base/frame_times.h"
#include "core/sampling/steady_time.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <chrono>
#include <optional>
#include <string>

namespace ooto::element
{

/**
 * When the camera says that the frame was taken, by a GstReferenceTimestampMeta of NTP or Unix
 * time; nothing where it does not say. Thread-safe.
 */
std::optional<std::chrono::system_clock::time_point> cameraTime(GstBuffer *buffer);

/** Thread-bound to the *streaming* thread. */
class FrameClock
{
public:
    /** A flush, or the end of the stream: what comes next is not measured by what was. */
    void startAnew();
    /** A SEGMENT event came. */
    void noteSegment();
    /** A STREAM_START event came. @return whether it is another stream than before */
    bool noteStreamStart(GstEvent *event);

    /**
     * The running time is the buffer's, as far as SteadyTime believes it; where there is none, one
     * frame after the last by the caps' frame rate, else by arrival. The wall clock is the
     * camera's, by a GstReferenceTimestampMeta of NTP or Unix time on this or an earlier buffer;
     * else ours.
     */
    core::FrameTimes timesOf(GstElement *element, GstBuffer *buffer, const GstSegment &segment,
                             const GstVideoInfo &info);
    /** Of the end of a GAP event. */
    core::FrameTimes timesOfGap(GstEvent *gap, const GstSegment &segment);

    /**
     * How far the camera's clock is ahead of this machine's; nothing where the last frame does not
     * say itself when it was taken.
     */
    std::optional<std::chrono::milliseconds> cameraAhead() const { return cameraAhead_; }
    /** As of the last frame, for people; empty but for the one time that there is news. */
    const std::string &complaint() const { return complaint_; }

private:
    struct Reference {
        core::StreamTime runningTime;
        std::chrono::system_clock::time_point wallClock;
    };
    struct Place {
        core::StreamTime runningTime; ///< the buffer's own
        core::StreamTime streamTime;
    };

    bool streamTimeGoesOn(const Place &place, const GstSegment &segment) const;
    std::chrono::system_clock::time_point wallClockOf(core::StreamTime runningTime) const;

    core::SteadyTime steady_;
    std::optional<Reference> reference_; ///< of the last buffer that said when it was taken
    std::optional<Place> last_;          ///< of the last buffer that has one
    std::string streamId_;
    guint groupId_ = 0; ///< GST_GROUP_ID_INVALID where there is none
    bool segmentIsNew_ = false;
    bool streamIsNew_ = false; ///< started again under the same name
    std::optional<std::chrono::milliseconds> cameraAhead_;
    std::string complaint_;
};

} // namespace ooto::element
