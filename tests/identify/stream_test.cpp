// SPDX-License-Identifier: LGPL-2.1-or-later
// What must never happen to the video, and what each change of state does.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const Portrait hopper{photos::hopperFile, 120, 40, 400};

server::Trouble slow(std::chrono::milliseconds delay)
{
    server::Trouble trouble;
    trouble.delay = delay;
    return trouble;
}

/** The types of the messages so far, of which there should be so many: another thread may post. */
std::vector<std::string> typesOf(Identify &identify, std::size_t expected)
{
    std::vector<std::string> types;
    for (const auto &message : identify.messages("ooto-face", expected))
        types.push_back(stringField(message.get(), "type"));
    return types;
}

/** A pipeline of a still face that plays in real time. */
class Player
{
public:
    Player(const std::string &properties, const std::string &more = "")
    {
        GError *error = nullptr;
        pipeline_ = gst_parse_launch(
            ("filesrc location=" + photos::hopperFile +
             " ! jpegdec ! videoconvert ! imagefreeze ! video/x-raw,framerate=50/1 ! " +
             "ootoidentify name=i detector=cascade " + properties + " ! " + more +
             " fakesink name=s sync=true")
                .c_str(),
            &error);
        EXPECT_EQ(error, nullptr) << (error ? error->message : "");
    }
    ~Player()
    {
        gst_element_set_state(pipeline_, GST_STATE_NULL);
        gst_object_unref(pipeline_);
    }
    GstElement *get() { return pipeline_; }
    GstStateChangeReturn set(GstState state)
    {
        gst_element_set_state(pipeline_, state);
        return gst_element_get_state(pipeline_, nullptr, nullptr, 10 * GST_SECOND);
    }
    guint64 stat(const char *name)
    {
        GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline_), "i");
        GstStructure *stats = nullptr;
        g_object_get(element, "stats", &stats, nullptr);
        guint64 value = 0;
        gst_structure_get_uint64(stats, name, &value);
        gst_structure_free(stats);
        gst_object_unref(element);
        return value;
    }
    bool waitForStat(const char *name, guint64 least)
    {
        for (int i = 0; i < 1000 && stat(name) < least; ++i)
            std::this_thread::sleep_for(10ms);
        return stat(name) >= least;
    }

private:
    GstElement *pipeline_ = nullptr;
};

} // namespace

TEST(IdentifyStream, leavesBuffersAsTheyAre)
{
    Service service;
    Identify identify(service.properties() + " detector=cascade");
    GstCaps *unixTime = gst_caps_new_empty_simple("timestamp/x-unix");
    for (int i = 0; i < 60; ++i) {
        GstBuffer *frame = makeScene(identify.info(), {hopper});
        GST_BUFFER_PTS(frame) = static_cast<GstClockTime>(i) * 20 * GST_MSECOND + 7;
        GST_BUFFER_DTS(frame) = static_cast<GstClockTime>(i) * 20 * GST_MSECOND;
        GST_BUFFER_DURATION(frame) = 13;
        GST_BUFFER_OFFSET(frame) = static_cast<guint64>(i) + 100;
        GST_BUFFER_OFFSET_END(frame) = static_cast<guint64>(i) + 101;
        if (i % 3 == 0)
            GST_BUFFER_FLAG_SET(frame, GST_BUFFER_FLAG_MARKER);
        if (i % 5 == 0)
            GST_BUFFER_FLAG_SET(frame, GST_BUFFER_FLAG_GAP);
        gst_buffer_add_reference_timestamp_meta(frame, unixTime, static_cast<GstClockTime>(i), 1);
        GstBuffer *other = gst_buffer_copy_deep(frame);
        ASSERT_EQ(gst_harness_push(identify.harness(), frame), GST_FLOW_OK);
        GstBuffer *out = gst_harness_pull(identify.harness());
        EXPECT_EQ(GST_BUFFER_PTS(out), GST_BUFFER_PTS(other));
        EXPECT_EQ(GST_BUFFER_DTS(out), GST_BUFFER_DTS(other));
        EXPECT_EQ(GST_BUFFER_DURATION(out), GST_BUFFER_DURATION(other));
        EXPECT_EQ(GST_BUFFER_OFFSET(out), GST_BUFFER_OFFSET(other));
        EXPECT_EQ(GST_BUFFER_OFFSET_END(out), GST_BUFFER_OFFSET_END(other));
        // TAG_MEMORY is GStreamer's own note on the memory.
        EXPECT_EQ(GST_BUFFER_FLAGS(out) & ~GST_BUFFER_FLAG_TAG_MEMORY,
                  GST_BUFFER_FLAGS(other) & ~GST_BUFFER_FLAG_TAG_MEMORY);
        EXPECT_NE(gst_buffer_get_reference_timestamp_meta(out, nullptr), nullptr);
        GstMapInfo map;
        gst_buffer_map(out, &map, GST_MAP_READ);
        EXPECT_EQ(gst_buffer_memcmp(other, 0, map.data, map.size), 0);
        gst_buffer_unmap(out, &map);
        gst_buffer_unref(out);
        gst_buffer_unref(other);
    }
    gst_caps_unref(unixTime);
}

TEST(IdentifyStream, neverWritesToASharedBufferNorCopiesItsPixels)
{
    Service service;
    Identify identify(service.properties() + " detector=none");
    GstBuffer *shared = makeScene(identify.info(), {hopper});
    for (int i = 0; i < 20; ++i) {
        // Somebody else holds it too, as after a tee.
        ASSERT_EQ(gst_harness_push(identify.harness(), gst_buffer_ref(shared)), GST_FLOW_OK);
        GstBuffer *out = gst_harness_pull(identify.harness());
        EXPECT_NE(out, shared);
        EXPECT_EQ(gst_buffer_peek_memory(out, 0), gst_buffer_peek_memory(shared, 0));
        gst_buffer_unref(out);
    }
    EXPECT_FALSE(hasFacesMeta(shared));
    gst_buffer_unref(shared);
}

TEST(IdentifyStream, inactiveItLooksAtNothing)
{
    Service service;
    Identify identify(service.properties() + " detector=none");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    EXPECT_TRUE(identify.pushUntil(scene, [](GstBuffer *b) { return readFaces(b).size() == 1; }));
    g_object_set(identify.element(), "active", FALSE, nullptr);
    const guint64 samples = identify.stat("samples");
    const auto until = identify.now() + 2 * GST_SECOND;
    EXPECT_TRUE(identify.pushUntil(scene, [&](GstBuffer *buffer) {
        EXPECT_TRUE(readFaces(buffer).empty());
        return identify.now() > until;
    }));
    EXPECT_EQ(identify.stat("samples"), samples);
    const auto types = typesOf(identify, 3);
    EXPECT_EQ(std::count(types.begin(), types.end(), "end"), 1);
    g_object_set(identify.element(), "active", TRUE, nullptr);
    EXPECT_TRUE(identify.pushUntil(scene, [](GstBuffer *b) { return readFaces(b).size() == 1; }));
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, samplesInRunningTimeAtTheRateAskedFor)
{
    Service service;
    Identify identify(service.properties() + " detector=none analysis-rate=5/2");
    GstBuffer *scene = makeScene(identify.info(), {});
    identify.pushUntil(scene, [&](GstBuffer *) { return identify.now() >= 8 * GST_SECOND; });
    EXPECT_NEAR(static_cast<double>(identify.stat("samples")), 20, 1);
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, skipsSamplesThatFindTheAnalysisBusyAndCountsThem)
{
    Service service;
    Identify identify(service.properties() + " detector=cascade analysis-rate=0/1 min-face-size=16",
                      "video/x-raw,format=I420,width=1920,height=1080,framerate=25/1");
    GstBuffer *scene = makeScene(identify.info(), {});
    for (int i = 0; i < 100; ++i)
        gst_buffer_unref(identify.push(gst_buffer_copy(scene)));
    EXPECT_EQ(identify.stat("samples"), 100U);
    EXPECT_GT(identify.stat("samples-skipped"), 50U);
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, worksWithoutTimeStampsByTheFrameRateOrByArrival)
{
    Service service;
    for (const char *caps : {"video/x-raw,format=I420,width=640,height=480,framerate=25/1",
                             "video/x-raw,format=I420,width=640,height=480,framerate=0/1"}) {
        Identify identify(service.properties() + " detector=none", caps);
        GstBuffer *scene = makeScene(identify.info(), {hopper});
        bool seen = false;
        for (int i = 0; i < 400 && !seen; ++i) {
            ASSERT_EQ(gst_harness_push(identify.harness(), gst_buffer_copy(scene)), GST_FLOW_OK);
            GstBuffer *out = gst_harness_pull(identify.harness());
            seen = readFaces(out).size() == 1;
            gst_buffer_unref(out);
            std::this_thread::sleep_for(5ms);
        }
        EXPECT_TRUE(seen) << caps;
        gst_buffer_unref(scene);
    }
}

TEST(IdentifyStream, aFlushEndsTracksAndTheSameFaceIsThenANewOne)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    EXPECT_TRUE(identify.pushUntil(scene, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
    gst_harness_push_event(identify.harness(), gst_event_new_flush_start());
    gst_harness_push_event(identify.harness(), gst_event_new_flush_stop(TRUE));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(identify.harness(), gst_event_new_segment(&segment));
    EXPECT_EQ(typesOf(identify, 3), (std::vector<std::string>{"new", "answered", "end"}));
    EXPECT_TRUE(identify.pushUntil(scene, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
    EXPECT_EQ(typesOf(identify, 5).size(), 5U);
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, gapsAgeTracks)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    EXPECT_TRUE(identify.pushUntil(scene, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
    gst_harness_push_event(identify.harness(), gst_event_new_gap(identify.now(), 30 * GST_SECOND));
    EXPECT_EQ(typesOf(identify, 3).back(), "end");
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, endOfStreamIsForwardedAtOnceAndALaterAnswerIsReportedAsLate)
{
    Service service(true);
    service->setTrouble(slow(1s));
    Identify identify(service.properties() + " detector=cascade");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    EXPECT_TRUE(
        identify.pushUntil(scene, [&](GstBuffer *) { return identify.stat("requests") > 0; }));
    const auto begin = std::chrono::steady_clock::now();
    gst_harness_push_event(identify.harness(), gst_event_new_eos());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 300ms);
    EXPECT_EQ(typesOf(identify, 2), (std::vector<std::string>{"new", "end"}));
    EXPECT_EQ(typesOf(identify, 3).size(), 3U);
    const auto messages = identify.messages("ooto-face");
    ASSERT_EQ(messages.size(), 3U);
    gboolean late = FALSE;
    EXPECT_TRUE(gst_structure_get_boolean(messages[2].get(), "late", &late));
    EXPECT_TRUE(late);
    EXPECT_EQ(stringField(messages[2].get(), "template-id"), "Grace Hopper");
    gst_buffer_unref(scene);
}

TEST(IdentifyStream, stopsAtOnceWithRequestsInFlight)
{
    Service service(true);
    service->setTrouble(slow(60s));
    Player player(service.properties());
    player.set(GST_STATE_PLAYING);
    ASSERT_TRUE(player.waitForStat("requests", 1));
    const auto begin = std::chrono::steady_clock::now();
    player.set(GST_STATE_NULL);
    // 200 ms for the element, the rest for a detection under way and a busy machine.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1500ms);
}

TEST(IdentifyStream, startsAndStopsAHundredTimes)
{
    Service service(true);
    service->setTrouble(slow(20ms));
    Player player(service.properties());
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(player.set(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS) << i;
        if (i % 10 == 0) {
            EXPECT_TRUE(player.waitForStat("requests", 1));
        }
        player.set(i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    }
    EXPECT_EQ(service->violations(), std::vector<std::string>{});
}

TEST(IdentifyStream, survivesFlushingSeeks)
{
    Service service(true);
    Player player(service.properties());
    ASSERT_EQ(player.set(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    for (int i = 0; i < 30; ++i) {
        gst_element_seek_simple(player.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                static_cast<gint64>(i % 7) * GST_SECOND);
        std::this_thread::sleep_for(std::chrono::milliseconds(10 * (i % 5)));
    }
    EXPECT_TRUE(player.waitForStat("matches", 1));
}

TEST(IdentifyStream, changesSettingsWhilePlaying)
{
    Service service(true);
    Player player(service.properties());
    ASSERT_EQ(player.set(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    GstElement *element = gst_bin_get_by_name(GST_BIN(player.get()), "i");
    for (int i = 0; i < 200; ++i) {
        g_object_set(element, "active", i % 4 != 0, "max-in-flight", 1 + i % 8, "check-liveness",
                     i % 2, "hold-time", i * 10, "camera", i % 2 ? "one" : nullptr, "app-key",
                     Service::key, "min-face-size", 40 + i % 10, nullptr);
        gst_util_set_object_arg(G_OBJECT(element), "analysis-rate", i % 2 ? "25/1" : "0/1");
        std::this_thread::sleep_for(2ms);
    }
    g_object_set(element, "active", TRUE, nullptr);
    EXPECT_TRUE(player.waitForStat("answers", 1));
    gst_object_unref(element);
}

TEST(IdentifyStream, twoPipelinesShareOneProcess)
{
    Service service(true);
    Player first(service.properties());
    Player second(service.properties() + " jpeg-quality=95");
    ASSERT_EQ(first.set(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(second.set(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    EXPECT_TRUE(first.waitForStat("matches", 1));
    first.set(GST_STATE_NULL);
    EXPECT_EQ(first.stat("matches"), 1U) << "counters outlive the stream";
    EXPECT_TRUE(second.waitForStat("matches", 1));
}
