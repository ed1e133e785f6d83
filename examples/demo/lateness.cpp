// SPDX-License-Identifier: LGPL-2.1-or-later
// A pad probe that compares each frame's running time with the clock's.
#include "lateness.h"

#include <gst/video/video.h>

#include <algorithm>
#include <mutex>

namespace ooto::demo
{

struct Lateness::State {
    GstElement *element; ///< borrowed: it owns the pad that the probe is on
    GstElement *pacer;
    mutable std::mutex mutex;
    FrameCounts counts;
    GstClockTimeDiff latency = 0;
};

namespace
{

/** The frame's duration, from itself or the caps' frame rate; 40 ms where neither says. */
GstClockTime durationOf(GstBuffer *frame, GstPad *pad)
{
    if (GST_BUFFER_DURATION_IS_VALID(frame))
        return GST_BUFFER_DURATION(frame);
    const CapsHandle caps(gst_pad_get_current_caps(pad));
    GstVideoInfo info;
    if (caps && gst_video_info_from_caps(&info, caps.get()) && info.fps_n > 0) {
        return gst_util_uint64_scale(GST_SECOND, static_cast<guint64>(info.fps_d),
                                     static_cast<guint64>(info.fps_n));
    }
    return 40 * GST_MSECOND;
}

GstClockTime runningTimeOf(GstBuffer *frame, GstPad *pad)
{
    const Handle<GstEvent, gst_event_unref> event(
        gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!event)
        return GST_CLOCK_TIME_NONE;
    const GstSegment *segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    return gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(frame));
}

gint64 offsetOf(GstElement *pacer)
{
    gint64 offset = 0;
    if (pacer)
        g_object_get(pacer, "ts-offset", &offset, nullptr);
    return offset;
}

} // namespace

Lateness::Lateness(GstElement *element, GstElement *pacer)
    : state_(std::make_shared<State>()), pad_(gst_element_get_static_pad(element, "src"))
{
    state_->element = element;
    state_->pacer = pacer;
    const auto onFrame = [](GstPad *pad, GstPadProbeInfo *info, gpointer data) {
        const auto &state = **static_cast<std::shared_ptr<State> *>(data);
        GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER(info);
        const GstClockTime now = gst_element_get_current_running_time(state.element);
        const GstClockTime due = runningTimeOf(frame, pad);
        const GstClockTime duration = durationOf(frame, pad);
        const gint64 offset = offsetOf(state.pacer);

        auto &target = const_cast<State &>(state);
        const std::lock_guard lock(target.mutex);
        FrameCounts &counts = target.counts;
        ++counts.frames;
        if (!GST_CLOCK_TIME_IS_VALID(now) || !GST_CLOCK_TIME_IS_VALID(due))
            return GST_PAD_PROBE_OK;
        const double dueS = double(due) / GST_SECOND;
        if (counts.frames == 1)
            counts.firstFrameS = dueS;
        counts.durationS = dueS + double(duration) / GST_SECOND - counts.firstFrameS;
        const GstClockTimeDiff lag = GST_CLOCK_DIFF(due, now) - offset - target.latency;
        counts.worstLagMs = std::max(counts.worstLagMs, double(lag) / GST_MSECOND);
        if (lag > static_cast<GstClockTimeDiff>(duration))
            ++counts.late;
        return GST_PAD_PROBE_OK;
    };
    probe_ = gst_pad_add_probe(
        pad_.get(), GST_PAD_PROBE_TYPE_BUFFER, onFrame, new std::shared_ptr<State>(state_),
        [](gpointer data) { delete static_cast<std::shared_ptr<State> *>(data); });
}

Lateness::~Lateness()
{
    gst_pad_remove_probe(pad_.get(), probe_);
}

FrameCounts Lateness::counts() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->counts;
}

void Lateness::readUpstreamLatency()
{
    const GstHandle<GstPad> sink(gst_element_get_static_pad(state_->element, "sink"));
    const Handle<GstQuery, gst_query_unref> query(gst_query_new_latency());
    if (!gst_pad_peer_query(sink.get(), query.get()))
        return;
    gboolean live = FALSE;
    GstClockTime least = 0;
    gst_query_parse_latency(query.get(), &live, &least, nullptr);
    const std::lock_guard lock(state_->mutex);
    state_->latency = live ? static_cast<GstClockTimeDiff>(least) : 0;
}

} // namespace ooto::demo
