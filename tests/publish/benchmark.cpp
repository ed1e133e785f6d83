// SPDX-License-Identifier: LGPL-2.1-or-later
// What ootopublish costs the streaming thread per buffer and per event, beside `identity`.
#include "publish_support.h"
#include "support/elements.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

using namespace ooto::test;

namespace
{

struct Cost {
    double meanUs = 0;
    double p50Us = 0;
    double p99Us = 0;
};

Cost costOf(std::vector<double> us)
{
    if (us.empty())
        return {};
    double sum = 0;
    for (const double value : us)
        sum += value;
    std::sort(us.begin(), us.end());
    return {sum / static_cast<double>(us.size()), us[us.size() / 2], us[us.size() * 99 / 100]};
}

double cpuUs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

GstHarness *harnessOf(const std::string &line)
{
    GstHarness *harness = gst_harness_new_parse(line.c_str());
    gst_harness_set_drop_buffers(harness, TRUE);
    gst_harness_set_src_caps_str(harness, "video/x-raw,format=I420,width=1920,height=1080");
    return harness;
}

/** @return CPU us of this thread per buffer with two faces, who are others now and then */
Cost buffers(const std::string &line, int count)
{
    GstHarness *harness = harnessOf(line);
    std::vector<double> us;
    for (int i = 0; i < count; ++i) {
        GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 1024, nullptr);
        const auto track = static_cast<std::uint64_t>(i / 50 + 1);
        showFaces(buffer, {track, track + 1});
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * GST_SECOND / 30;
        const double begin = cpuUs();
        gst_harness_push(harness, buffer);
        us.push_back(cpuUs() - begin);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    gst_harness_teardown(harness);
    return costOf(std::move(us));
}

/** @return CPU us of this thread per event */
Cost events(const std::string &line, int count)
{
    GstHarness *harness = harnessOf(line);
    std::vector<double> us;
    for (int i = 1; i <= count; ++i) {
        GstEvent *event = faceEvent({.type = i == 1 ? "new" : "updated",
                                     .eventId = "run-" + std::to_string(i),
                                     .sequence = static_cast<std::uint64_t>(i)});
        const double begin = cpuUs();
        gst_harness_push_event(harness, event);
        us.push_back(cpuUs() - begin);
        while (GstEvent *out = gst_harness_try_pull_event(harness))
            gst_event_unref(out);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    gst_harness_teardown(harness);
    return costOf(std::move(us));
}

void print(const char *what, const Cost &cost, const Cost &identity)
{
    std::printf("%-44s %9.1f %9.1f %9.1f %9.1f\n", what, cost.meanUs, cost.p50Us, cost.p99Us,
                cost.meanUs - identity.meanUs);
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    registerElements();
    const int count = argc > 1 ? std::max(100, std::atoi(argv[1])) : 3000;
    const ScratchDirectory scratch;
    const std::string common =
        " spool=" + scratch / "spool" + " photo-dir=" + scratch / "photos uri=";
    const std::string file = "ootopublish" + common + "file://" + scratch / "events.jsonl";
    const std::string nobody = "ootopublish" + common + "unix://" + scratch / "nobody";

    std::printf("CPU us of the streaming thread, %d times each\n%-44s %9s %9s %9s %9s\n", count, "",
                "mean", "p50", "p99", "- identity");
    const Cost buffer = buffers("identity", count);
    print("a buffer, two faces: identity", buffer, buffer);
    print("a buffer, two faces: ootopublish", buffers(file, count), buffer);
    print("a buffer, two faces: nobody at the target", buffers(nobody, count), buffer);
    const Cost event = events("identity", count);
    print("an event: identity", event, event);
    print("an event: ootopublish", events(file, count), event);
    print("an event: nobody at the target", events(nobody, count), event);
    return 0;
}
