// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/camera_stream.h"

#include "support/identify_support.h"
#include "support/photos.h"

#include <stdexcept>

namespace ooto::test
{

using Clock = std::chrono::steady_clock;

GstBuffer *makeCameraScene()
{
    return makeScene(infoOf(CameraStream::caps),
                     {{photos::hopperFile, 300, 200, 500}, {photos::collinsFile, 1100, 200, 500}});
}

std::string troubleProperties(const std::string &endpoint, const std::string &credentialsFile)
{
    return "endpoint=" + endpoint + " credentials-file=" + credentialsFile +
           " timeout=1 reidentify-interval=1 max-attempts=100 max-rate=0 max-requests-per-day=0"
           " retry-backoff-factor=0.02 retry-backoff-max=0.1";
}

CameraStream::CameraStream(const std::string &element, GstBuffer *scene)
    : scene_(gst_buffer_ref(scene))
{
    const std::string line = "appsrc name=scene format=time caps=" + std::string(caps) +
                             " ! imagefreeze is-live=true ! video/x-raw,framerate=30/1 ! " +
                             element + " ! fakesink name=out sync=false";
    pipeline_.reset(gst_parse_launch(line.c_str(), nullptr));
    if (!pipeline_)
        throw std::runtime_error("cannot be made: " + line);
    // Of twenty minutes, at once: what this keeps is not to look like a leak.
    state_.lock()->delivered.gapsMs.reserve(20 * 60 * 30);
    identify_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "identify"));
    const system::ObjectHandle<GstElement> sink(
        gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
    const system::ObjectHandle<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad *, GstPadProbeInfo *info, gpointer self) {
            static_cast<CameraStream *>(self)->arrived(GST_PAD_PROBE_INFO_BUFFER(info));
            return GST_PAD_PROBE_OK;
        },
        this, nullptr);
}

CameraStream::~CameraStream()
{
    stop();
    gst_buffer_unref(scene_);
}

void CameraStream::play()
{
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    const system::ObjectHandle<GstElement> source(
        gst_bin_get_by_name(GST_BIN(pipeline_.get()), "scene"));
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(source.get(), "push-buffer", scene_, &flow);
    g_signal_emit_by_name(source.get(), "end-of-stream", &flow);
}

void CameraStream::stop()
{
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    auto state = state_.lock();
    state->last.reset();
    state->lastPts = GST_CLOCK_TIME_NONE;
}

void CameraStream::arrived(GstBuffer *buffer)
{
    const auto now = Clock::now();
    auto state = state_.lock();
    Delivered &delivered = state->delivered;
    ++delivered.buffers;
    if (state->last) {
        delivered.gapsMs.push_back(
            std::chrono::duration<double, std::milli>(now - *state->last).count());
        if (GST_BUFFER_PTS(buffer) <= state->lastPts)
            ++delivered.outOfOrder;
    }
    state->last = now;
    state->lastPts = GST_BUFFER_PTS(buffer);
}

CameraStream::Delivered CameraStream::delivered()
{
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    auto state = state_.lock();
    while (GstMessage *message = gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)) {
        ++state->delivered.errors;
        gst_message_unref(message);
    }
    return state->delivered;
}

} // namespace ooto::test
