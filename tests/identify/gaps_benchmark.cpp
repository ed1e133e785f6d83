// SPDX-License-Identifier: LGPL-2.1-or-later
// The time between two buffers at the sinks of four 1080p30 pipelines, with ootoidentify before a
// service with every kind of trouble in it, and with `identity` in its place, in the same run.
#include "support/camera_stream.h"
#include "support/elements.h"
#include "support/identify_support.h"
#include "support/misbehaving_server.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

using namespace ooto::test;

namespace
{

constexpr std::uint32_t seed = 20261124;

/** The gaps of four cameras that play at once, ms, smallest first. */
std::vector<double> gapsOf(const std::string &element, GstBuffer *scene, int seconds)
{
    std::vector<std::unique_ptr<CameraStream>> cameras;
    for (int i = 0; i < 4; ++i) {
        cameras.push_back(std::make_unique<CameraStream>(element, scene));
        cameras.back()->play();
    }
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    std::vector<double> gaps;
    for (const auto &camera : cameras) {
        camera->stop();
        const auto delivered = camera->delivered().gapsMs;
        // The first second is that of starting up.
        gaps.insert(gaps.end(), delivered.begin() + std::min<std::ptrdiff_t>(30, delivered.size()),
                    delivered.end());
    }
    std::sort(gaps.begin(), gaps.end());
    return gaps;
}

void print(const char *what, const std::vector<double> &gaps)
{
    if (gaps.empty())
        return;
    const auto at = [&gaps](double share) {
        return gaps[static_cast<std::size_t>(share * static_cast<double>(gaps.size() - 1))];
    };
    std::printf("%-14s %8zu %8.1f %8.1f %8.1f %8.1f\n", what, gaps.size(), at(0.5), at(0.99),
                at(0.999), gaps.back());
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    registerElements();
    const int seconds = argc > 1 ? std::max(5, std::atoi(argv[1])) : 60;
    GstBuffer *scene = makeCameraScene();
    RawServer server([](RawConnection &connection) { misbehave(connection, seed); });
    const std::string folder = makeFolder();
    const std::string identify =
        "ootoidentify " +
        troubleProperties(server.url(), writeCredentials(folder, "tester", Service::key));

    std::printf("ms between two buffers at the sink, four 1080p30 pipelines, %d s each\n"
                "%-14s %8s %8s %8s %8s %8s\n",
                seconds, "", "gaps", "p50", "p99", "p99.9", "longest");
    print("identity", gapsOf("identity", scene, seconds));
    print("ootoidentify", gapsOf(identify, scene, seconds));
    print("identity", gapsOf("identity", scene, seconds));
    std::printf("connections to the service: %u\n", server.connections());
    removeFolder(folder);
    gst_buffer_unref(scene);
    return 0;
}
