// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cameras/camera.h"

#include "cameras/thread_clocks.h"
#include "support/identify_support.h"

#include <gst/app/gstappsrc.h>
#include <pthread.h>

#include <algorithm>
#include <stdexcept>

namespace ooto::cameras
{

namespace
{

using namespace std::chrono_literals;

constexpr auto frameInterval = std::chrono::nanoseconds(1s) / MovingFrames::perSecond;

std::string launchLine(const std::string &element, const MovingFrames &frames, unsigned number)
{
    // A camera waits for nobody: what is not taken in time is lost, as in a kernel's ring.
    return "appsrc name=" + std::string(Camera::streamingThread) + std::to_string(number) +
           " is-live=true do-timestamp=true format=time max-buffers=4 leaky-type=downstream caps=" +
           frames.caps() + " ! " + element + " ! fakesink sync=false enable-last-sample=false";
}

std::string whyItFailed(GstElement *pipeline)
{
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline));
    GstMessage *message = gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR);
    if (!message)
        return "it does not play";
    system::ErrorHandle error;
    gst_message_parse_error(message, system::ErrorOut(error), nullptr);
    gst_message_unref(message);
    return error->message;
}

std::size_t identifiedOn(GstBuffer *buffer)
{
    const std::vector<test::ReadFace> faces = test::readFaces(buffer);
    return static_cast<std::size_t>(
        std::count_if(faces.begin(), faces.end(),
                      [](const test::ReadFace &face) { return face.status == "identified"; }));
}

} // namespace

Camera::Camera(const std::string &element, const MovingFrames &frames, unsigned number)
    : frames_(frames), next_(number * std::size_t(7))
{
    const std::string line = launchLine(element, frames, number);
    pipeline_.reset(gst_parse_launch(line.c_str(), nullptr));
    if (!pipeline_)
        throw std::runtime_error("cannot be made: " + line);
    const std::string source = streamingThread + std::to_string(number);
    source_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), source.c_str()));
    identify_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "identify"));
    addProbe("sink", [](GstPad *, GstPadProbeInfo *, gpointer self) {
        static_cast<Camera *>(self)->enteredAt_ = ownTime();
        return GST_PAD_PROBE_OK;
    });
    addProbe("src", [](GstPad *, GstPadProbeInfo *info, gpointer self) {
        static_cast<Camera *>(self)->frameLeft(GST_PAD_PROBE_INFO_BUFFER(info));
        return GST_PAD_PROBE_OK;
    });
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        const std::string why = whyItFailed(pipeline_.get());
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
        throw std::runtime_error(why);
    }
}

Camera::~Camera()
{
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Camera::addProbe(const char *pad, GstPadProbeCallback callback)
{
    const system::ObjectHandle<GstPad> there(gst_element_get_static_pad(identify_.get(), pad));
    gst_pad_add_probe(there.get(), GST_PAD_PROBE_TYPE_BUFFER, callback, this, nullptr);
}

void Camera::push()
{
    gst_app_src_push_buffer(GST_APP_SRC(source_.get()), frames_.frame(next_++).release());
}

void Camera::frameLeft(GstBuffer *buffer)
{
    if (measuring_) {
        const double tookUs = (ownTime() - enteredAt_) * 1e6;
        const Counts now = counts();
        auto costs = costs_.lock();
        // One that found the analysis busy was not copied.
        const bool copied = now.analysed() > seen_.analysed();
        (copied ? costs->samples : costs->others).push_back(tookUs);
        seen_ = now;
    }
    if (watching_)
        identified_ = identifiedOn(buffer);
}

Counts Camera::counts()
{
    Counts counts;
    if (!g_object_class_find_property(G_OBJECT_GET_CLASS(identify_.get()), "stats"))
        return counts;
    GstStructure *stats = nullptr;
    g_object_get(identify_.get(), "stats", &stats, nullptr);
    const element::StructureHandle owned(stats);
    gst_structure_get(stats, "samples", G_TYPE_UINT64, &counts.samples, "samples-skipped",
                      G_TYPE_UINT64, &counts.skipped, "requests", G_TYPE_UINT64, &counts.requests,
                      "analysis-mean-ms", G_TYPE_DOUBLE, &counts.analysisMs, "analysis-wait-p50-ms",
                      G_TYPE_DOUBLE, &counts.waitP50Ms, "analysis-wait-p99-ms", G_TYPE_DOUBLE,
                      &counts.waitP99Ms, nullptr);
    return counts;
}

bool Camera::awaitIdentified(std::size_t faces, std::chrono::seconds longest)
{
    const auto end = std::chrono::steady_clock::now() + longest;
    watching_ = true;
    while (identified_ < faces && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(20ms);
    watching_ = false;
    return identified_ >= faces;
}

Cameras::~Cameras()
{
    pusher_ = {};
}

void Cameras::add(unsigned count)
{
    pusher_ = {};
    for (unsigned i = 0; i < count; ++i)
        cameras_.push_back(
            std::make_unique<Camera>(element_, frames_, static_cast<unsigned>(cameras_.size())));
    pusher_ = std::jthread([this](const std::stop_token &stop) { pushAll(stop); });
}

void Cameras::pushAll(const std::stop_token &stop)
{
    pthread_setname_np(pthread_self(), "pusher");
    const auto step = frameInterval / static_cast<long>(cameras_.size());
    auto next = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        for (const auto &camera : cameras_) {
            std::this_thread::sleep_until(next);
            camera->push();
            next += step;
        }
    }
}

std::size_t Cameras::awaitIdentified(std::size_t faces, std::chrono::seconds longest)
{
    const auto end = std::chrono::steady_clock::now() + longest;
    return static_cast<std::size_t>(
        std::count_if(cameras_.begin(), cameras_.end(), [&](const auto &camera) {
            const auto left =
                std::chrono::ceil<std::chrono::seconds>(end - std::chrono::steady_clock::now());
            return camera->awaitIdentified(faces, std::max(left, 1s));
        }));
}

std::vector<Counts> Cameras::counts()
{
    std::vector<Counts> all;
    for (const auto &camera : cameras_)
        all.push_back(camera->counts());
    return all;
}

} // namespace ooto::cameras
