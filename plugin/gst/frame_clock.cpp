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

using WallTime = std::chrono::system_clock::time_point;

/** NTP counts from 1900 (RFC 5905, figure 4). */
constexpr std::chrono::seconds ntpToUnix{2'208'988'800};

/** When the camera says that the frame was taken. */
std::optional<WallTime> referenceTime(GstBuffer *buffer)
{
    const auto stamp = [buffer](const char *name) -> std::optional<std::chrono::nanoseconds> {
        GstCaps *caps = gst_caps_new_empty_simple(name);
        const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, caps);
        gst_caps_unref(caps);
        if (!meta || !GST_CLOCK_TIME_IS_VALID(meta->timestamp) || meta->timestamp > G_MAXINT64)
            return std::nullopt;
        return std::chrono::nanoseconds(static_cast<gint64>(meta->timestamp));
    };
    auto sinceUnix = stamp("timestamp/x-unix");
    if (!sinceUnix) {
        sinceUnix = stamp("timestamp/x-ntp");
        if (sinceUnix)
            *sinceUnix -= ntpToUnix;
    }
    // A camera whose clock was never set says nothing.
    if (!sinceUnix || sinceUnix->count() <= 0)
        return std::nullopt;
    return WallTime(std::chrono::duration_cast<WallTime::duration>(*sinceUnix));
}

} // namespace

void FrameClock::reset()
{
    last_.reset();
    reference_.reset();
}

core::FrameTimes FrameClock::timesOf(GstElement *element, GstBuffer *buffer,
                                     const GstSegment &segment, const GstVideoInfo &info)
{
    core::FrameTimes times = timesOf(element, GST_BUFFER_PTS(buffer), segment, info);
    if (const auto wall = referenceTime(buffer)) {
        reference_ = {times.runningTime, *wall};
        times.wallClock = *wall;
    }
    return times;
}

core::FrameTimes FrameClock::timesOf(GstElement *element, GstClockTime pts,
                                     const GstSegment &segment, const GstVideoInfo &info)
{
    core::FrameTimes times;
    times.received = std::chrono::system_clock::now();
    times.arrived = std::chrono::steady_clock::now();
    times.wallClock = times.received;
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
    if (reference_)
        times.wallClock = reference_->wallClock + std::chrono::duration_cast<WallTime::duration>(
                                                      times.runningTime - reference_->runningTime);
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
