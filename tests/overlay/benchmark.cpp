// SPDX-License-Identifier: LGPL-2.1-or-later
// Time that a 1080p frame spends in the overlay, against identity in the same run.
//
// CPU time of the streaming thread is what the overlay costs; wall-clock time depends on what
// else the machine does. The faces move by a pixel from frame to frame, so that nothing but drawn
// text can be reused.
#include "support/elements.h"
#include "support/overlay_support.h"

#include <gst/check/gstharness.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

using namespace ooto::test;

namespace
{

constexpr int warmUp = 20;
constexpr int frames = 300;

FacesSpec facesAt(int count, int frame, bool withNotice)
{
    static const char *const states[] = {"identified", "unknown", "spoof", "pending"};
    FacesSpec spec;
    for (int i = 0; i < count; ++i) {
        FaceSpec face;
        face.status = states[i % 4];
        face.box = {(0.02 + i % 5 * 0.19) + frame % 40 / 1920.0, i < 5 ? 0.2 : 0.65, 0.12, 0.25};
        face.name = "Person number " + std::to_string(i);
        face.similarity = 0.93;
        face.live = 1;
        face.trackId = i + 1;
        spec.faces.push_back(face);
    }
    if (withNotice) {
        spec.serviceState = "unauthorized";
        spec.serviceReason = "The service refused the app key (HTTP 401). Set app-id and app-key, "
                             "or OOTO_APP_ID and OOTO_APP_KEY, to those of your account.";
    }
    return spec;
}

/** CPU time of this thread, which is the streaming thread of a harness. */
double threadMicroseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

void measure(const char *what, const char *element, GstVideoFormat format, int faces,
             bool withNotice = false, bool blendsDownstream = false)
{
    GstHarness *harness = gst_harness_new_parse(element);
    if (blendsDownstream)
        gst_harness_add_propose_allocation_meta(
            harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, nullptr);
    GstVideoInfo info = videoInfo(format, 1920, 1080);
    gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
    GstBuffer *picture = makeFrame(info, 0x50);
    std::vector<double> microseconds;
    std::vector<double> cpuMicroseconds;
    for (int i = 0; i < warmUp + frames; ++i) {
        // A shell of its own for each frame's metadata around the same, writable, memory.
        GstBuffer *buffer = gst_buffer_new();
        gst_buffer_append_memory(buffer, gst_buffer_get_memory(picture, 0));
        gst_buffer_remove_all_memory(picture);
        addFaces(buffer, facesAt(faces, i, withNotice));
        const auto start = std::chrono::steady_clock::now();
        const double cpuStart = threadMicroseconds();
        buffer = gst_harness_push_and_pull(harness, buffer);
        const double cpu = threadMicroseconds() - cpuStart;
        const auto time = std::chrono::steady_clock::now() - start;
        if (i >= warmUp) {
            cpuMicroseconds.push_back(cpu);
            microseconds.push_back(std::chrono::duration<double, std::micro>(time).count());
        }
        gst_buffer_append_memory(picture, gst_buffer_get_memory(buffer, 0));
        gst_buffer_unref(buffer);
    }
    gst_buffer_unref(picture);
    gst_harness_teardown(harness);
    std::sort(microseconds.begin(), microseconds.end());
    std::sort(cpuMicroseconds.begin(), cpuMicroseconds.end());
    std::printf("%-5s %-44s CPU p50 %6.0f p99 %6.0f us   wall p50 %6.0f us\n",
                gst_video_format_to_string(format), what, cpuMicroseconds[frames / 2],
                cpuMicroseconds[frames * 99 / 100], microseconds[frames / 2]);
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    registerElements();
    for (const GstVideoFormat format :
         {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_BGRx}) {
        measure("identity", "identity", format, 10);
        measure("ootooverlay, no face", "ootooverlay", format, 0);
        measure("ootooverlay, 1 face", "ootooverlay", format, 1);
        measure("ootooverlay, 4 faces", "ootooverlay", format, 4);
        measure("ootooverlay, 10 faces", "ootooverlay", format, 10);
        measure("ootooverlay, 10 faces, no labels", "ootooverlay draw-labels=false", format, 10);
        measure("ootooverlay, 1 face and a notice", "ootooverlay", format, 1, true);
        measure("ootooverlay, 10 faces, blended downstream", "ootooverlay", format, 10, false,
                true);
    }
    return 0;
}
