// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/frame_clock.h"

#include "element/handles.h"

#include <cmath>
#include <utility>

namespace ooto::element
{

namespace
{

using namespace std::chrono_literals;

/** Caps that promise more have no frame rate, but a clock's (90000/1 of RTP). */
constexpr core::StreamTime shortestInterval = 1ms;
constexpr core::StreamTime longestInterval = 1h;
/** Some 73 years, which is more than Unix time in ns: what is later is no time, and is not to
 * overflow. */
constexpr guint64 latest = G_GUINT64_CONSTANT(1) << 61;
/** How far stream time may be off what the running time that passed makes of it. */
constexpr core::StreamTime continuity = 500ms;

std::optional<core::StreamTime> runningTime(GstClockTime pts, const GstSegment &segment)
{
    if (!GST_CLOCK_TIME_IS_VALID(pts) || segment.format != GST_FORMAT_TIME)
        return std::nullopt;
    guint64 time = 0;
    const int sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, pts, &time);
    if (sign == 0 || time > latest)
        return std::nullopt;
    return core::StreamTime(sign * static_cast<gint64>(time));
}

using WallTime = std::chrono::system_clock::time_point;

/** NTP counts from 1900 (RFC 5905, figure 4). */
constexpr std::chrono::seconds ntpToUnix{2'208'988'800};

std::optional<core::StreamTime> streamTime(GstClockTime pts, const GstSegment &segment)
{
    if (!GST_CLOCK_TIME_IS_VALID(pts) || segment.format != GST_FORMAT_TIME)
        return std::nullopt;
    const guint64 time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts);
    if (!GST_CLOCK_TIME_IS_VALID(time) || time > latest)
        return std::nullopt;
    return core::StreamTime(static_cast<gint64>(time));
}

std::optional<core::StreamTime> frameInterval(const GstVideoInfo &info)
{
    if (info.fps_n <= 0 || info.fps_d <= 0)
        return std::nullopt;
    const core::StreamTime interval(
        static_cast<gint64>(gst_util_uint64_scale(GST_SECOND, info.fps_d, info.fps_n)));
    return interval < shortestInterval || interval > longestInterval ? std::nullopt
                                                                     : std::optional(interval);
}

core::StreamTime arrival()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

/** Where frames without stamps begin: now, by the pipeline's clock, where no rate counts them. */
core::StreamTime beginOf(GstElement *element, const std::optional<core::StreamTime> &interval)
{
    const GstClockTime now = gst_element_get_current_running_time(element);
    if (interval || !GST_CLOCK_TIME_IS_VALID(now))
        return core::StreamTime{0};
    return core::StreamTime(static_cast<gint64>(now));
}

} // namespace

std::optional<std::chrono::system_clock::time_point> cameraTime(GstBuffer *buffer)
{
    static GstStaticCaps unixTime = GST_STATIC_CAPS("timestamp/x-unix");
    static GstStaticCaps ntpTime = GST_STATIC_CAPS("timestamp/x-ntp");
    // Most buffers say nothing, and then there is nothing to compare.
    if (!gst_buffer_get_meta(buffer, GST_REFERENCE_TIMESTAMP_META_API_TYPE))
        return std::nullopt;
    const auto stamp = [buffer](GstStaticCaps &format) -> std::optional<std::chrono::nanoseconds> {
        const CapsHandle caps(gst_static_caps_get(&format));
        const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, caps.get());
        if (!meta || !GST_CLOCK_TIME_IS_VALID(meta->timestamp) || meta->timestamp > G_MAXINT64)
            return std::nullopt;
        return std::chrono::nanoseconds(static_cast<gint64>(meta->timestamp));
    };
    auto sinceUnix = stamp(unixTime);
    if (!sinceUnix) {
        sinceUnix = stamp(ntpTime);
        if (sinceUnix)
            *sinceUnix -= ntpToUnix;
    }
    // A camera whose clock was never set says nothing.
    if (!sinceUnix || sinceUnix->count() <= 0)
        return std::nullopt;
    return WallTime(std::chrono::duration_cast<WallTime::duration>(*sinceUnix));
}

void FrameClock::startAnew()
{
    steady_.startAnew();
    reference_.reset();
    last_.reset();
    segmentIsNew_ = false;
    streamIsNew_ = false;
}

void FrameClock::noteSegment()
{
    segmentIsNew_ = true;
    steady_.expectJump();
}

bool FrameClock::noteStreamStart(GstEvent *event)
{
    const gchar *id = nullptr;
    gst_event_parse_stream_start(event, &id);
    guint group = GST_GROUP_ID_INVALID;
    gst_event_parse_group_id(event, &group);
    const std::string before = std::exchange(streamId_, id ? id : "");
    const guint groupBefore = std::exchange(groupId_, group);
    if (before.empty())
        return false; // the first
    if (streamId_ != before) {
        startAnew();
        return true;
    }
    if (group != groupBefore || group == GST_GROUP_ID_INVALID) {
        streamIsNew_ = true;
        steady_.expectJump();
    }
    return false;
}

core::FrameTimes FrameClock::timesOf(GstElement *element, GstBuffer *buffer,
                                     const GstSegment &segment, const GstVideoInfo &info)
{
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    core::FrameTimes times;
    times.received = std::chrono::system_clock::now();
    times.arrived = std::chrono::steady_clock::now();
    if (GST_CLOCK_TIME_IS_VALID(pts))
        times.pts = core::StreamTime(static_cast<gint64>(pts));
    times.ownRunningTime = runningTime(pts, segment);
    times.streamTime = streamTime(pts, segment);

    const auto interval = frameInterval(info);
    const core::SteadyTime::Time time = steady_.noteFrame({.stamp = times.ownRunningTime,
                                                           .interval = interval,
                                                           .arrival = arrival(),
                                                           .begin = beginOf(element, interval)});
    times.runningTime = time.now;
    times.afterJump = time.jumped;
    times.undecided = time.undecided;
    if (times.ownRunningTime && times.streamTime) {
        const Place place{*times.ownRunningTime, *times.streamTime};
        if (std::exchange(segmentIsNew_, false) && !streamTimeGoesOn(place, segment))
            times.afterJump = true;
        last_ = place;
    }
    if (std::exchange(streamIsNew_, false))
        times.afterJump = true;

    complaint_.clear();
    if (time.standsStill)
        complaint_ = std::string("The time stamps of the stream stand still: its frames are timed "
                                 "by ") +
                     (interval ? "the frame rate of its caps." : "their arrival.");

    cameraAhead_.reset();
    if (const auto wall = cameraTime(buffer)) {
        reference_ = {times.runningTime, *wall};
        cameraAhead_ =
            std::chrono::duration_cast<std::chrono::milliseconds>(*wall - times.received);
    }
    times.wallClock = wallClockOf(times.runningTime);
    return times;
}

core::FrameTimes FrameClock::timesOfGap(GstEvent *gap, const GstSegment &segment)
{
    GstClockTime begin = GST_CLOCK_TIME_NONE;
    GstClockTime length = GST_CLOCK_TIME_NONE;
    gst_event_parse_gap(gap, &begin, &length);
    const bool both = GST_CLOCK_TIME_IS_VALID(begin) && GST_CLOCK_TIME_IS_VALID(length);
    const GstClockTime end = both ? begin + length : begin;

    core::FrameTimes times;
    times.received = std::chrono::system_clock::now();
    times.arrived = std::chrono::steady_clock::now();
    if (GST_CLOCK_TIME_IS_VALID(end))
        times.pts = core::StreamTime(static_cast<gint64>(end));
    times.ownRunningTime = runningTime(end, segment);
    times.streamTime = streamTime(end, segment);
    times.runningTime =
        steady_.noteGap(runningTime(begin, segment), times.ownRunningTime, arrival()).now;
    times.wallClock = wallClockOf(times.runningTime);
    return times;
}

/** Whether a new segment shows what comes next in the medium, or what comes next in real time. */
bool FrameClock::streamTimeGoesOn(const Place &place, const GstSegment &segment) const
{
    if (!last_)
        return true;
    const double rate = segment.rate * segment.applied_rate;
    const auto step = static_cast<double>((place.streamTime - last_->streamTime).count());
    const auto passed = static_cast<double>((place.runningTime - last_->runningTime).count());
    if (step * rate < 0)
        return false;
    return std::abs(step - passed * rate) <= static_cast<double>(continuity.count());
}

std::chrono::system_clock::time_point FrameClock::wallClockOf(core::StreamTime runningTime) const
{
    if (!reference_)
        return std::chrono::system_clock::now();
    return reference_->wallClock +
           std::chrono::duration_cast<WallTime::duration>(runningTime - reference_->runningTime);
}

} // namespace ooto::element
