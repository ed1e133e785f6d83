// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/frame_clock.h"

namespace ooto::gst
{

namespace
{

std::optional<core::StreamTime> runningTime(GstClockTime pts, const GstSegment &segment)
{
    guint64 time = 0;
    const int sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, pts, &time);
    if (sign == 0)
        return std::nullopt;
    return core::StreamTime(sign * static_cast<gint64>(time));
}

} // namespace

core::FrameTimes FrameClock::timesOf(GstElement *element, GstClockTime pts,
                                     const GstSegment &segment, const GstVideoInfo &info)
{
    core::FrameTimes times;
    times.wallClock = std::chrono::system_clock::now();
    std::optional<core::StreamTime> running;
    if (GST_CLOCK_TIME_IS_VALID(pts))
        times.pts = core::StreamTime(static_cast<gint64>(pts));
    if (times.pts && segment.format == GST_FORMAT_TIME) {
        running = runningTime(pts, segment);
        const guint64 stream = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts);
        if (GST_CLOCK_TIME_IS_VALID(stream))
            times.streamTime = core::StreamTime(static_cast<gint64>(stream));
    }
    times.runningTime = running ? *running : untimed(element, info);
    last_ = times.runningTime;
    return times;
}

core::StreamTime FrameClock::untimed(GstElement *element, const GstVideoInfo &info) const
{
    if (info.fps_n > 0 && info.fps_d > 0) {
        const auto duration = gst_util_uint64_scale(GST_SECOND, info.fps_d, info.fps_n);
        return last_ ? *last_ + core::StreamTime(static_cast<gint64>(duration))
                     : core::StreamTime{0};
    }
    const GstClockTime now = gst_element_get_current_running_time(element);
    if (GST_CLOCK_TIME_IS_VALID(now))
        return core::StreamTime(static_cast<gint64>(now));
    return last_.value_or(core::StreamTime{0}); // before there is a clock: the preroll frame
}

} // namespace ooto::gst
