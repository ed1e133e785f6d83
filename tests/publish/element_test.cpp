// SPDX-License-Identifier: LGPL-2.1-or-later
// What ootopublish does to a stream, and what of it comes to its target.
#include "publish_support.h"

#include "publish/feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

using Texts = std::vector<std::string>;

std::string fileUri(const ScratchDirectory &scratch, const char *name = "events.jsonl")
{
    return "file://" + scratch / name;
}

/** Waits until the file has so many lines, or 20 s. @return their event ids */
Texts idsIn(const std::string &path, std::size_t awaited)
{
    eventually([&] { return linesOf(path).size() >= awaited; });
    return membersOf(path, "event-id");
}

/** The feeds' clock, put forward. */
std::atomic<std::int64_t> forwardUs{0};
std::int64_t forwardClock()
{
    return g_get_monotonic_time() + forwardUs;
}

class PutsClockForward
{
public:
    PutsClockForward() { publish::feedClock = forwardClock; }
    ~PutsClockForward()
    {
        publish::feedClock = g_get_monotonic_time;
        forwardUs = 0;
    }
    void by(std::chrono::microseconds time) { forwardUs += time.count(); }
};

struct Drop {
    unsigned each; ///< every so manyth `ooto-face` gets through
    unsigned seen = 0;
};

GstPadProbeReturn dropSome(GstPad *, GstPadProbeInfo *info, gpointer data)
{
    auto &drop = *static_cast<Drop *>(data);
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    if (!gst_event_has_name(event, "ooto-face"))
        return GST_PAD_PROBE_OK;
    return drop.seen++ % drop.each == 0 ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

} // namespace

TEST(Element, leavesBuffersUntouched)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 100, nullptr);
    gst_buffer_memset(buffer, 0, 7, 100);
    showFaces(buffer, {1, 2});
    GST_BUFFER_PTS(buffer) = GST_SECOND;
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    // Somebody else has it, too: whoever wrote would have to copy.
    gst_buffer_ref(buffer);
    GstMemory *memory = gst_buffer_peek_memory(buffer, 0);
    const guint flags = GST_BUFFER_FLAGS(buffer);
    ASSERT_EQ(gst_harness_push(publish.harness(), buffer), GST_FLOW_OK);
    GstBuffer *out = gst_harness_pull(publish.harness());
    EXPECT_EQ(out, buffer);
    EXPECT_EQ(gst_buffer_peek_memory(out, 0), memory);
    EXPECT_EQ(GST_BUFFER_FLAGS(out), flags);
    EXPECT_EQ(GST_BUFFER_PTS(out), GST_SECOND);
    gst_buffer_unref(out);
    gst_buffer_unref(buffer);
}

TEST(Element, takesAnyCapsAndAddsNoLatency)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    for (const char *caps : {"video/x-raw,format=NV12,width=64,height=48,framerate=0/1",
                             "video/x-raw(memory:DMABuf),format=DMA_DRM,width=2,height=2",
                             "video/x-h265,stream-format=byte-stream", "image/jpeg",
                             "application/x-rtp,media=video", "audio/x-raw"}) {
        gst_harness_set_src_caps_str(publish.harness(), caps);
        GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 3, nullptr);
        ASSERT_EQ(gst_harness_push(publish.harness(), gst_buffer_ref(buffer)), GST_FLOW_OK);
        GstBuffer *out = gst_harness_pull(publish.harness());
        EXPECT_EQ(out, buffer) << caps;
        gst_buffer_unref(out);
        gst_buffer_unref(buffer);
    }
    gst_harness_set_upstream_latency(publish.harness(), 30 * GST_MSECOND);
    EXPECT_EQ(gst_harness_query_latency(publish.harness()), 30 * GST_MSECOND);
}

TEST(Element, writesTheEventsOwnJsonInOrder)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    Texts given;
    for (int i = 1; i <= 300; ++i) {
        const std::string id = "run-" + std::to_string(i);
        given.push_back(R"({"event-id":")" + id +
                        R"(","any":[1.50, "ü\n\u2028"],  "type":"updated"})");
        ASSERT_TRUE(publish.push({.type = i == 1 ? "new" : "updated",
                                  .eventId = id,
                                  .sequence = static_cast<std::uint64_t>(i),
                                  .json = given.back()}));
    }
    EXPECT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() >= 300; }));
    EXPECT_EQ(linesOf(scratch / "events.jsonl"), given);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 300; }));
    EXPECT_EQ(publish.stat("events"), 300U);
    EXPECT_EQ(publish.stat("events-lost"), 0U);
    EXPECT_EQ(publish.stat("spooled"), 0U);
}

TEST(Element, passesOtherEventsOn)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    while (GstEvent *before = gst_harness_try_pull_event(publish.harness()))
        gst_event_unref(before);
    GstEvent *face = faceEvent({.eventId = "run-1"});
    ASSERT_TRUE(gst_harness_push_event(publish.harness(), gst_event_ref(face)));
    GstEvent *out = gst_harness_pull_event(publish.harness());
    EXPECT_EQ(out, face) << "the event itself goes on downstream, to the next publisher";
    gst_event_unref(out);
    gst_event_unref(face);
    ASSERT_TRUE(gst_harness_push_event(
        publish.harness(),
        gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("other"))));
    // What has no id is nobody's event.
    ASSERT_TRUE(publish.push({.eventId = ""}));
    ASSERT_TRUE(publish.push({.type = "nonsense", .eventId = "run-2"}));
    ASSERT_TRUE(publish.push({.type = "updated", .eventId = "run-3"}));
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 2), (Texts{"run-1", "run-3"}));
}

TEST(Element, filtersByTypeAndStatus)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)},
                              {"events", "answered+end"},
                              {"statuses", "identified+unknown"}});
    publish.push({.type = "new", .eventId = "run-1"});
    publish.push({.type = "answered", .eventId = "run-2", .status = "identified"});
    publish.push({.type = "answered", .eventId = "run-3", .status = "spoof"});
    publish.push({.type = "updated", .eventId = "run-4", .status = "identified"});
    publish.push({.type = "answered", .eventId = "run-5", .status = "unknown"});
    publish.push({.type = "end", .eventId = "run-6", .status = "unknown"});
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 3), (Texts{"run-2", "run-5", "run-6"}));
    // While it plays.
    gst_util_set_object_arg(G_OBJECT(publish.element()), "events", "new");
    gst_util_set_object_arg(G_OBJECT(publish.element()), "statuses", "pending");
    publish.push({.type = "answered", .eventId = "run-7", .status = "identified"});
    publish.push({.type = "new", .eventId = "run-8"});
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 4), (Texts{"run-2", "run-5", "run-6", "run-8"}));
}

TEST(Element, endsOpenFacesWhenItStops)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.push({.eventId = "run-1", .track = 1});
    publish.push({.eventId = "run-2", .track = 2});
    publish.push({.type = "answered",
                  .eventId = "run-3",
                  .track = 2,
                  .status = "identified",
                  .templateId = "anna"});
    publish.push({.eventId = "run-4", .track = 3});
    publish.push({.type = "end", .eventId = "run-5", .track = 3});
    publish.stop();
    const Texts ids = idsIn(scratch / "events.jsonl", 7);
    ASSERT_EQ(ids, (Texts{"run-1", "run-2", "run-3", "run-4", "run-5", "run-1-end", "run-2-end"}));
    const std::string last = linesOf(scratch / "events.jsonl").back();
    EXPECT_EQ(member(last, "type"), "end");
    EXPECT_EQ(member(last, "reason"), "stopped");
    EXPECT_EQ(member(last, "status"), "identified");
    EXPECT_EQ(member(last, "template-id"), "anna");
    EXPECT_EQ(member(last, "visit-id"), "door-run-2");
    EXPECT_EQ(member(last, "camera"), "door");
}

TEST(Element, endsOpenFacesOnAFlush)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.push({.eventId = "run-1"});
    gst_harness_push_event(publish.harness(), gst_event_new_flush_start());
    gst_harness_push_event(publish.harness(), gst_event_new_flush_stop(TRUE));
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 2), (Texts{"run-1", "run-1-end"}));
    publish.stop();
    EXPECT_EQ(membersOf(scratch / "events.jsonl", "event-id").size(), 2U) << "it ended once";
}

TEST(Element, endsOpenFacesOfACameraThatStalls)
{
    const ScratchDirectory scratch;
    PutsClockForward clock;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.pushBuffer(gst_buffer_new());
    publish.push({.eventId = "run-1"});
    clock.by(9s);
    publish.pushBuffer(gst_buffer_new());
    // Three times the longest distance, 9 s, counts more than 10 s.
    clock.by(20s);
    std::this_thread::sleep_for(1200ms);
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 1), Texts{"run-1"});
    clock.by(8s);
    ASSERT_EQ(idsIn(scratch / "events.jsonl", 2), (Texts{"run-1", "run-1-end"}));
    // It was there all the time: it is open again, and ends again.
    publish.pushBuffer(gst_buffer_new());
    publish.push({.type = "updated", .eventId = "run-2"});
    publish.stop();
    const Texts ids = idsIn(scratch / "events.jsonl", 4);
    ASSERT_EQ(ids.size(), 4U);
    EXPECT_EQ(ids[2], "run-2");
    EXPECT_EQ(member(linesOf(scratch / "events.jsonl")[3], "type"), "end");
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 4U)
        << "who drops what came twice has to get both ends";
}

TEST(Element, aPauseIsNoStall)
{
    const ScratchDirectory scratch;
    PutsClockForward clock;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.pushBuffer(gst_buffer_new());
    publish.push({.eventId = "run-1"});
    ASSERT_EQ(gst_element_set_state(publish.element(), GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
    clock.by(60s);
    std::this_thread::sleep_for(1200ms);
    ASSERT_EQ(gst_element_set_state(publish.element(), GST_STATE_PLAYING),
              GST_STATE_CHANGE_SUCCESS);
    // Before the camera sends again.
    std::this_thread::sleep_for(1200ms);
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 1), Texts{"run-1"});
    // And the pause is no distance between two pictures.
    publish.pushBuffer(gst_buffer_new());
    clock.by(11s);
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 2), (Texts{"run-1", "run-1-end"}));
}

TEST(Element, countsWhatALeakyPathLost)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    Drop drop{.each = 4};
    const gulong probe = gst_pad_add_probe(
        publish.harness()->srcpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, dropSome, &drop, nullptr);
    for (std::uint64_t i = 1; i <= 41; ++i)
        publish.push({.type = i == 1 ? "new" : "updated",
                      .eventId = "run-" + std::to_string(i),
                      .sequence = i});
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 11).size(), 11U);
    EXPECT_TRUE(eventually([&] { return publish.stat("events-lost") == 30; }))
        << publish.stat("events-lost");
    EXPECT_EQ(publish.stat("events"), 11U);
    gst_pad_remove_probe(publish.harness()->srcpad, probe);
    // Another run, of a machine that restarted: its numbers begin anew.
    publish.push({.type = "updated", .eventId = "other-1", .sequence = 1000});
    publish.push({.type = "updated", .eventId = "other-2", .sequence = 1001});
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 13).size(), 13U);
    EXPECT_EQ(publish.stat("events-lost"), 30U);
}

TEST(Element, endsFacesThatOnlyBuffersTellOf)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    for (int i = 0; i < 10; ++i) {
        GstBuffer *buffer = gst_buffer_new();
        showFaces(buffer, {7});
        publish.pushBuffer(buffer);
    }
    publish.stop();
    ASSERT_EQ(idsIn(scratch / "events.jsonl", 1).size(), 1U);
    const std::string end = linesOf(scratch / "events.jsonl").front();
    EXPECT_EQ(member(end, "type"), "end");
    EXPECT_EQ(member(end, "reason"), "stopped");
    EXPECT_EQ(member(end, "visit-id"), "door-run-7");
    EXPECT_EQ(member(end, "camera"), "door");
}

TEST(Element, looksOnceAtEachPts)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    // As behind a payloader: the second packet of a picture is not read, whatever it says.
    struct Packet {
        GstClockTime pts;
        std::vector<std::uint64_t> tracks;
    };
    for (const Packet &packet :
         {Packet{GST_SECOND, {1}}, Packet{2 * GST_SECOND, {1, 3}}, Packet{2 * GST_SECOND, {2}}}) {
        GstBuffer *buffer = gst_buffer_new();
        showFaces(buffer, packet.tracks);
        GST_BUFFER_PTS(buffer) = packet.pts;
        ASSERT_EQ(gst_harness_push(publish.harness(), buffer), GST_FLOW_OK);
    }
    publish.stop();
    idsIn(scratch / "events.jsonl", 2);
    EXPECT_EQ(membersOf(scratch / "events.jsonl", "visit-id"), (Texts{"door-run-1", "door-run-3"}));
}

TEST(Element, twoInARowWithTheSameSettingsShareATarget)
{
    const ScratchDirectory scratch;
    const std::string settings = " uri=" + fileUri(scratch) + " spool=" + scratch / "spool" +
                                 " photo-dir=" + scratch / "photos ";
    GstHarness *harness = gst_harness_new_parse(
        ("ootopublish name=a" + settings + "! ootopublish name=b" + settings).c_str());
    gst_harness_set_src_caps_str(harness, "video/x-raw");
    ASSERT_TRUE(gst_harness_push_event(harness, faceEvent({.eventId = "run-1"})));
    // Each tells what it sees: who reads drops what comes twice, by event-id.
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 2), (Texts{"run-1", "run-1"}));
    for (const char *name : {"a", "b"}) {
        GstElement *element = gst_bin_get_by_name(GST_BIN(harness->element), name);
        ASSERT_NE(element, nullptr);
        EXPECT_TRUE(eventually([&] {
            GstStructure *stats = nullptr;
            g_object_get(element, "stats", &stats, nullptr);
            guint64 count = 0;
            gst_structure_get_uint64(stats, "acknowledged", &count);
            gst_structure_free(stats);
            return count == 2;
        })) << name;
        gst_object_unref(element);
    }
    gst_harness_teardown(harness);
    // One spool, and one that has been given back.
    EXPECT_EQ(idsIn(scratch / "events.jsonl", 4).size(), 4U);
}

TEST(Element, differentTargetsInBranches)
{
    const ScratchDirectory scratch;
    const std::string folders = " spool=" + scratch / "spool" + " photo-dir=" + scratch / "photos ";
    GstElement *pipeline = gst_parse_launch(
        ("videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! tee name=t ! queue ! "
         "ootopublish uri=" +
         fileUri(scratch, "one.jsonl") + folders + "! fakesink t. ! queue ! ootopublish uri=" +
         fileUri(scratch, "two.jsonl") + folders + "! fakesink")
            .c_str(),
        nullptr);
    ASSERT_NE(pipeline, nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    ASSERT_EQ(gst_element_get_state(pipeline, nullptr, nullptr, 20 * GST_SECOND),
              GST_STATE_CHANGE_SUCCESS);
    GstElement *tee = gst_bin_get_by_name(GST_BIN(pipeline), "t");
    GstPad *pad = gst_element_get_static_pad(tee, "sink");
    EXPECT_TRUE(gst_pad_send_event(pad, faceEvent({.eventId = "run-1"})));
    EXPECT_EQ(idsIn(scratch / "one.jsonl", 1), Texts{"run-1"});
    EXPECT_EQ(idsIn(scratch / "two.jsonl", 1), Texts{"run-1"});
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pad);
    gst_object_unref(tee);
    gst_object_unref(pipeline);
    EXPECT_EQ(idsIn(scratch / "one.jsonl", 2), (Texts{"run-1", "run-1-end"}));
    EXPECT_EQ(idsIn(scratch / "two.jsonl", 2), (Texts{"run-1", "run-1-end"}));
}
