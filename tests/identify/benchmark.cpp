// SPDX-License-Identifier: LGPL-2.1-or-later
// What ootoidentify costs the streaming thread per 1080p buffer, beside `identity` and Debian's
// `facedetect` in the same run.
#include "support/elements.h"
#include "support/identify_support.h"
#include "support/photos.h"

#include <gst/gst.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>

using namespace ooto::test;

namespace
{

constexpr const char *caps = "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1";
constexpr const char *closed = "endpoint=http://127.0.0.1:9/api/v1.0/identify dry-run=true";

struct Cost {
    double meanUs = 0;
    double p50Us = 0;
    double p99Us = 0;
};

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[static_cast<std::size_t>(share * (values.size() - 1))];
}

Cost costOf(const std::vector<double> &us)
{
    double sum = 0;
    for (const double value : us)
        sum += value;
    return {us.empty() ? 0 : sum / us.size(), percentile(us, 0.5), percentile(us, 0.99)};
}

double cpuUs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/** Pushes frames at the pace of a 30 Hz camera. @return CPU us of this thread that each push took,
 * which do not depend on what else the machine does, as wall time would */
std::vector<double> pushFrames(const std::string &line, GstBuffer *scene, int frames)
{
    GstHarness *harness = gst_harness_new_parse(line.c_str());
    if (!harness)
        return {};
    gst_harness_set_drop_buffers(harness, TRUE);
    gst_harness_set_src_caps_str(harness, caps);
    std::vector<double> us;
    auto next = std::chrono::steady_clock::now();
    for (int i = 0; i < frames; ++i) {
        std::this_thread::sleep_until(next);
        next += std::chrono::microseconds(33333);
        // A buffer of its own, as from a camera: writable, its memory not shared.
        GstBuffer *frame = gst_buffer_copy_deep(scene);
        GST_BUFFER_PTS(frame) = static_cast<GstClockTime>(i) * GST_SECOND / 30;
        GST_BUFFER_DURATION(frame) = GST_SECOND / 30;
        const double begin = cpuUs();
        gst_harness_push(harness, frame);
        us.push_back(cpuUs() - begin);
    }
    gst_harness_teardown(harness);
    return us;
}

void print(const char *what, const Cost &cost, double identityMean)
{
    std::printf("%-44s %9.1f %9.1f %9.1f %9.1f\n", what, cost.meanUs, cost.p50Us, cost.p99Us,
                identityMean > 0 ? cost.meanUs / identityMean : 0);
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    registerElements();
    GstBuffer *scene = makeScene(infoOf(caps), {{ooto::photos::hopperFile, 300, 200, 600},
                                                {ooto::photos::collinsFile, 1000, 200, 600}});
    const int frames = argc > 1 ? std::max(30, std::atoi(argv[1])) : 300;

    std::printf(
        "CPU us of the streaming thread per 1080p I420 buffer at 30/s, two faces in view, %d "
        "buffers each\n%-44s %9s "
        "%9s %9s %9s\n",
        frames, "", "mean", "p50", "p99", "x identity");
    const Cost identity = costOf(pushFrames("identity", scene, frames));
    print("identity", identity, identity.meanUs);

    // At 5 samples a second of 30 frames every sixth is a sample.
    const auto all =
        pushFrames(std::string("ootoidentify detector=cascade ") + closed, scene, frames);
    std::vector<double> sampled;
    std::vector<double> passed;
    for (std::size_t i = 0; i < all.size(); ++i)
        (i % 6 == 0 ? sampled : passed).push_back(all[i]);
    print("ootoidentify, frames that are samples", costOf(sampled), identity.meanUs);
    print("ootoidentify, frames that are not", costOf(passed), identity.meanUs);
    print("ootoidentify, all", costOf(all), identity.meanUs);

    if (GstElementFactory *factory = gst_element_factory_find("facedetect")) {
        gst_object_unref(factory);
        // It takes RGB only, and detects in the streaming thread; a tenth of the frames will do.
        print("videoconvert ! facedetect display=false",
              costOf(pushFrames("videoconvert ! facedetect display=false", scene, frames / 10)),
              identity.meanUs);
    } else {
        std::printf("facedetect: skipped, not installed (gstreamer1.0-opencv)\n");
    }
    gst_buffer_unref(scene);
    return 0;
}
