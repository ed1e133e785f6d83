// SPDX-License-Identifier: LGPL-2.1-or-later
// Feeds rendered frames to an encoder, as fast as both of them go.
#include "clip.h"

#include "pipeline.h"
#include "scene/scene.h"

#include <gst/app/gstappsrc.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <system_error>

namespace ooto::demo
{

namespace
{

constexpr int kWidthPx = 1920;
constexpr int kHeightPx = 1080;

/** Lives on the streaming thread of its appsrc while that runs. */
struct Renderer {
    std::unique_ptr<scene::Scene> scene;
    GstClockTime frames = 0;
    GstClockTime next = 0;
};

GstBuffer *renderedFrame(const scene::Scene &scene, GstClockTime index)
{
    const gsize size = gsize{kWidthPx} * kHeightPx * 3;
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
        cv::Mat frame(kHeightPx, kWidthPx, CV_8UC3, map.data);
        scene.render(double(index) / kClipFramesPerSecond, frame);
        gst_buffer_unmap(buffer, &map);
    }
    GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(index, GST_SECOND, kClipFramesPerSecond);
    GST_BUFFER_DURATION(buffer) = GST_SECOND / kClipFramesPerSecond;
    return buffer;
}

void feed(GstAppSrc *source, guint /*bytes*/, gpointer data)
{
    auto *renderer = static_cast<Renderer *>(data);
    if (renderer->next == renderer->frames) {
        gst_app_src_end_of_stream(source);
        return;
    }
    gst_app_src_push_buffer(source, renderedFrame(*renderer->scene, renderer->next++));
}

std::string encode(Renderer &renderer, const std::string &file)
{
    std::string error;
    const std::string encoder = encoderLine(EncoderPace::Thorough, error);
    if (!error.empty())
        return error;
    const std::string caps = "video/x-raw,format=BGR,width=" + std::to_string(kWidthPx) +
                             ",height=" + std::to_string(kHeightPx) +
                             ",framerate=" + std::to_string(kClipFramesPerSecond) + "/1";
    const PipelineHandle pipeline(
        parsePipeline("appsrc name=frames format=time max-buffers=1 caps=" + caps +
                          " ! queue max-size-buffers=4 max-size-bytes=0 ! videoconvert"
                          " ! video/x-raw,format=I420 ! " +
                          encoder + " ! filesink name=file",
                      error));
    if (!pipeline)
        return error;
    g_object_set(pipeline.element("file").get(), "location", file.c_str(), nullptr);

    GstAppSrcCallbacks callbacks = {};
    callbacks.need_data = feed;
    gst_app_src_set_callbacks(GST_APP_SRC(pipeline.element("frames").get()), &callbacks, &renderer,
                              nullptr);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const MessageHandle last(gst_bus_timed_pop_filtered(
        pipeline.bus().get(), GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    return GST_MESSAGE_TYPE(last.get()) == GST_MESSAGE_ERROR ? messageText(last.get()) : "";
}

} // namespace

std::string makeClip(const scene::Script &script, const std::string &file)
{
    scene::LoadedScene loaded = scene::Scene::load(script, {kWidthPx, kHeightPx});
    if (!loaded.scene)
        return loaded.error;
    Renderer renderer;
    renderer.scene = std::move(loaded.scene);
    renderer.frames =
        static_cast<GstClockTime>(std::lround(script.durationS * kClipFramesPerSecond));

    const std::string unfinished = file + ".part";
    std::error_code ignored;
    std::string error = encode(renderer, unfinished);
    if (!error.empty()) {
        std::filesystem::remove(unfinished, ignored);
        return error;
    }
    std::error_code failed;
    std::filesystem::rename(unfinished, file, failed);
    return failed ? "cannot write " + file + ": " + failed.message() : std::string();
}

bool isFresh(const std::string &file)
{
    std::error_code missing;
    const auto made = std::filesystem::last_write_time(file, missing);
    if (missing)
        return false;
    const auto built = std::filesystem::last_write_time("/proc/self/exe", missing);
    return !missing && made >= built;
}

} // namespace ooto::demo
