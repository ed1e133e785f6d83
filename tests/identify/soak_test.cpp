// SPDX-License-Identifier: LGPL-2.1-or-later
// Four 1080p cameras for minutes in front of a service with every kind of trouble in it.
#include "support/camera_stream.h"
#include "support/identify_support.h"
#include "support/misbehaving_server.h"
#include "support/soak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t seed = 20261124;
/** A first stop of each kind of trouble needs this long. */
constexpr auto warmUp = 20s;

/** What the elements of one stream counted, over all its stops. */
struct Counts {
    guint64 frames = 0;
    guint64 requests = 0;
    guint64 answers = 0;
    guint64 errors = 0;
    guint inFlight = 0;

    void add(GstElement *identify)
    {
        GstStructure *taken = nullptr;
        g_object_get(identify, "stats", &taken, nullptr);
        const StructurePtr stats(taken);
        const auto number = [](const GstStructure *from, const char *name) {
            guint64 value = 0;
            gst_structure_get_uint64(from, name, &value);
            return value;
        };
        frames += number(stats.get(), "frames");
        requests += number(stats.get(), "requests");
        answers += number(stats.get(), "answers");
        guint waiting = 0;
        gst_structure_get_uint(stats.get(), "in-flight", &waiting);
        inFlight += waiting;
        const GstStructure *kinds =
            gst_value_get_structure(gst_structure_get_value(stats.get(), "errors"));
        for (int i = 0; i < gst_structure_n_fields(kinds); ++i)
            errors += number(kinds, gst_structure_nth_field_name(kinds, i));
    }
};

TEST(IdentifySoak, fourCamerasAndAServiceInTrouble)
{
    RawServer server([](RawConnection &connection) { misbehave(connection, seed); });
    const std::string folder = makeFolder();
    const std::string element =
        "ootoidentify name=identify detector=cascade " +
        troubleProperties(server.url(), writeCredentials(folder, "tester", Service::key));
    GstBuffer *scene = makeCameraScene();
    std::vector<std::unique_ptr<CameraStream>> cameras;
    std::vector<Counts> counts(4);
    std::vector<std::size_t> stops(4);
    for (int i = 0; i < 4; ++i) {
        cameras.push_back(std::make_unique<CameraStream>(element, scene));
        cameras.back()->play();
    }

    const auto stopAll = [&] {
        for (std::size_t i = 0; i < cameras.size(); ++i) {
            cameras[i]->stop();
            ++stops[i];
            counts[i].add(cameras[i]->identify());
        }
    };
    std::mt19937 random(seed);
    const auto end = Clock::now() + soakTime();
    const auto warm = Clock::now() + std::min<Clock::duration>(warmUp, soakTime() / 4);
    std::size_t before = 0;
    std::size_t residentBefore = 0;
    std::chrono::nanoseconds longestStop{0};
    while (Clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500 + random() % 4000));
        if (before == 0 && Clock::now() > warm) {
            stopAll();
            before = allocatedBytes();
            residentBefore = residentBytes();
            for (const auto &camera : cameras)
                camera->play();
        }
        const std::size_t which = random() % cameras.size();
        const auto begin = Clock::now();
        cameras[which]->stop();
        longestStop = std::max<std::chrono::nanoseconds>(longestStop, Clock::now() - begin);
        ++stops[which];
        counts[which].add(cameras[which]->identify());
        cameras[which]->play();
    }
    stopAll();
    const std::size_t after = allocatedBytes();

    Counts all;
    std::size_t buffers = 0;
    for (std::size_t i = 0; i < cameras.size(); ++i) {
        const auto delivered = cameras[i]->delivered();
        EXPECT_EQ(delivered.outOfOrder, 0U);
        EXPECT_EQ(delivered.errors, 0U);
        // The sink stops first, and refuses a frame that is just coming.
        EXPECT_LE(delivered.buffers, counts[i].frames);
        EXPECT_GE(delivered.buffers + stops[i], counts[i].frames) << "every frame comes out again";
        buffers += delivered.buffers;
        all.frames += counts[i].frames;
        all.requests += counts[i].requests;
        all.answers += counts[i].answers;
        all.errors += counts[i].errors;
        all.inFlight += counts[i].inFlight;
    }
    std::printf("%zu frames, %llu requests, %llu answers, %llu failures (cancelled ones included), "
                "longest stop %.0f ms, "
                "allocated %zu -> %zu kB, resident %zu -> %zu kB\n",
                buffers, static_cast<unsigned long long>(all.requests),
                static_cast<unsigned long long>(all.answers),
                static_cast<unsigned long long>(all.errors),
                std::chrono::duration<double, std::milli>(longestStop).count(), before / 1024,
                after / 1024, residentBefore / 1024, residentBytes() / 1024);
    EXPECT_EQ(all.requests, all.answers + all.errors);
    EXPECT_EQ(all.inFlight, 0U);
    EXPECT_GT(all.answers, 10U);
    EXPECT_GT(all.errors, 10U) << "there was not much trouble";
    EXPECT_LT(after, before + (std::size_t{2} << 20)) << "memory grows";
    gst_buffer_unref(scene);
    removeFolder(folder);
}

} // namespace
} // namespace ooto::test
