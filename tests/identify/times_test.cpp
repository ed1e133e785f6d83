// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams whose stamps, flags and tags are not what they should be.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const Portrait hopper{photos::hopperFile, 120, 40, 400};

constexpr GstClockTime frame40 = 40 * GST_MSECOND;

/** Pushes a copy with this stamp and flags, and gives what came out. */
GstBuffer *pushAt(Identify &identify, GstBuffer *frame, GstClockTime pts, guint flags = 0)
{
    GstBuffer *copy = gst_buffer_copy(frame);
    GST_BUFFER_PTS(copy) = pts;
    GST_BUFFER_FLAG_SET(copy, flags);
    EXPECT_EQ(gst_harness_push(identify.harness(), copy), GST_FLOW_OK);
    return gst_harness_pull(identify.harness());
}

/** The same, and only its faces. */
std::vector<ReadFace> facesAt(Identify &identify, GstBuffer *frame, GstClockTime pts,
                              guint flags = 0)
{
    GstBuffer *out = pushAt(identify, frame, pts, flags);
    const std::vector<ReadFace> faces = readFaces(out);
    gst_buffer_unref(out);
    return faces;
}

std::size_t countOf(Identify &identify, const std::string &type)
{
    const auto messages = identify.messages("ooto-face");
    return static_cast<std::size_t>(
        std::count_if(messages.begin(), messages.end(), [&](const StructurePtr &message) {
            return stringField(message.get(), "type") == type;
        }));
}

void startStream(Identify &identify, const char *id, guint group)
{
    GstEvent *event = gst_event_new_stream_start(id);
    gst_event_set_group_id(event, group);
    EXPECT_TRUE(gst_harness_push_event(identify.harness(), event));
}

/** The events that came out, by name; of faces' events their type. */
std::vector<std::string> eventsOf(Identify &identify)
{
    std::vector<std::string> names;
    while (GstEvent *event = gst_harness_try_pull_event(identify.harness())) {
        const GstStructure *structure = gst_event_get_structure(event);
        if (structure && gst_structure_has_name(structure, "ooto-face"))
            names.push_back(stringField(structure, "type"));
        else
            names.emplace_back(GST_EVENT_TYPE_NAME(event));
        gst_event_unref(event);
    }
    return names;
}

/** Plays a line with an ootoidentify `i` to its end. */
struct Played {
    guint64 tracks = 0;
    std::vector<std::string> warnings;
};
Played play(const std::string &line)
{
    Played played;
    GError *error = nullptr;
    GstElement *pipeline = gst_parse_launch(line.c_str(), &error);
    EXPECT_EQ(error, nullptr) << (error ? error->message : "");
    GstBus *bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (bool ended = false; !ended;) {
        GstMessage *message = gst_bus_timed_pop_filtered(
            bus, 60 * GST_SECOND,
            static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
        if (!message) {
            ADD_FAILURE() << "no end: " << line;
            break;
        }
        ended = GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING;
        EXPECT_NE(GST_MESSAGE_TYPE(message), GST_MESSAGE_ERROR) << line;
        if (!ended) {
            gst_message_parse_warning(message, &error, nullptr);
            played.warnings.emplace_back(error->message);
            g_clear_error(&error);
        }
        gst_message_unref(message);
    }
    if (GstElement *identify = gst_bin_get_by_name(GST_BIN(pipeline), "i")) {
        GstStructure *stats = nullptr;
        g_object_get(identify, "stats", &stats, nullptr);
        gst_structure_get_uint64(stats, "tracks", &played.tracks);
        gst_structure_free(stats);
        gst_object_unref(identify);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
    return played;
}

/** Writes the matrix of `rotate-90` into the track's header, which qtmux 1.22 does not. */
void tagAsTurned(const std::string &clip)
{
    std::fstream file(clip, std::ios::in | std::ios::out | std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    const std::size_t header = content.str().find("tkhd");
    ASSERT_NE(header, std::string::npos);
    // ISO/IEC 14496-12, 8.3.2: the type, then 40 bytes of version 0, then nine numbers of 32 bits.
    constexpr char quarter[] = "\0\0\0\0"
                               "\0\1\0\0"
                               "\0\0\0\0"
                               "\xff\xff\0\0"
                               "\0\0\0\0";
    file.clear();
    file.seekp(static_cast<std::streamoff>(header + 4 + 40));
    file.write(quarter, sizeof quarter - 1);
}

std::size_t withText(const std::vector<std::string> &texts, const std::string &part)
{
    return static_cast<std::size_t>(
        std::count_if(texts.begin(), texts.end(), [&](const std::string &text) {
            return text.find(part) != std::string::npos;
        }));
}

} // namespace

TEST(IdentifyTimes, oneStampInThirtyThatIsOffCostsNoCall)
{
    for (const gint64 offS : {2, -3600}) {
        Service service(true);
        Identify identify(service.properties() + " detector=cascade backpressure=true");
        GstBuffer *scene = makeScene(identify.info(), {hopper});
        std::vector<ReadFace> faces;
        for (int i = 0; i <= 200; ++i) {
            const gint64 stray = i % 30 == 29 ? offS * static_cast<gint64>(GST_SECOND) : 0;
            const auto pts =
                static_cast<gint64>(10 * GST_SECOND) + i * static_cast<gint64>(frame40) + stray;
            GstBuffer *out = pushAt(identify, scene, static_cast<GstClockTime>(pts));
            EXPECT_EQ(GST_BUFFER_PTS(out), static_cast<GstClockTime>(pts));
            faces = readFaces(out);
            gst_buffer_unref(out);
        }
        ASSERT_EQ(faces.size(), 1U) << offS;
        EXPECT_EQ(faces.front().status, "identified") << offS;
        EXPECT_EQ(identify.stat("requests"), 1U) << offS;
        EXPECT_EQ(identify.stat("tracks"), 1U) << offS;
        EXPECT_EQ(countOf(identify, "end"), 0U) << offS;
        gst_buffer_unref(scene);
    }
}

TEST(IdentifyTimes, afterAJumpThatStaysThePictureIsLookedAtAtOnce)
{
    for (const GstClockTime elsewhere : {0 * GST_SECOND, 7200 * GST_SECOND}) {
        Service service;
        Identify identify(service.properties() +
                          " detector=none analysis-rate=1/10 backpressure=true");
        GstBuffer *scene = makeScene(identify.info(), {hopper});
        for (GstClockTime i = 0; i < 50; ++i)
            facesAt(identify, scene, 3600 * GST_SECOND + i * frame40);
        EXPECT_EQ(identify.stat("samples"), 1U);
        for (GstClockTime i = 0; i < 3; ++i)
            facesAt(identify, scene, elsewhere + i * frame40);
        EXPECT_EQ(identify.stat("samples"), 2U);
        for (GstClockTime i = 3; i < 50; ++i)
            facesAt(identify, scene, elsewhere + i * frame40);
        EXPECT_EQ(identify.stat("samples"), 2U) << "once for one jump";
        gst_buffer_unref(scene);
    }
}

TEST(IdentifyTimes, afterTimeWentBackForGoodTracksAgeAsBefore)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade backpressure=true");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    GstBuffer *empty = makeScene(identify.info(), {});
    for (GstClockTime i = 0; i < 100; ++i)
        facesAt(identify, scene, 3600 * GST_SECOND + i * frame40);
    GstClockTime pts = 0;
    std::vector<ReadFace> faces;
    for (int i = 0; i < 50; ++i, pts += frame40)
        faces = facesAt(identify, scene, pts);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces.front().status, "identified");
    EXPECT_EQ(countOf(identify, "end"), 0U);
    EXPECT_EQ(identify.stat("requests"), 1U);
    const GstClockTime left = pts;
    while (!faces.empty() && pts < left + 10 * GST_SECOND) {
        faces = facesAt(identify, empty, pts);
        pts += frame40;
    }
    EXPECT_LE(pts - left, 1500 * GST_MSECOND) << "hold-time is 1000 ms";
    for (const GstClockTime end = left + 8 * GST_SECOND; pts < end; pts += frame40)
        facesAt(identify, empty, pts);
    EXPECT_EQ(countOf(identify, "end"), 1U);
    gst_buffer_unref(empty);
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, reportsSayTheStreamsOwnTimes)
{
    Service service;
    Identify identify(service.properties() + " detector=none backpressure=true");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    for (GstClockTime i = 0; i < 50; ++i)
        facesAt(identify, scene, 3600 * GST_SECOND + i * frame40);
    for (GstClockTime i = 0; i < 10; ++i)
        facesAt(identify, scene, i * frame40);
    g_object_set(identify.element(), "active", FALSE, nullptr);
    const auto messages = identify.messages("ooto-face");
    ASSERT_GE(messages.size(), 2U);
    guint64 pts = 0;
    guint64 running = 0;
    ASSERT_EQ(stringField(messages.back().get(), "type"), "end");
    gst_structure_get_uint64(messages.back().get(), "pts", &pts);
    gst_structure_get_uint64(messages.back().get(), "running-time", &running);
    EXPECT_EQ(pts, 9 * frame40);
    EXPECT_EQ(running, 9 * frame40);
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, nobodyIsNamedOnAFrameThatMayComeAfterAHole)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade backpressure=true hold-time=3000");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    // Much faster than life, so that arrival does not tell that no time passed.
    constexpr GstClockTime step = 900 * GST_MSECOND;
    GstClockTime pts = 0;
    std::vector<ReadFace> faces;
    for (int i = 0; i < 20; ++i, pts += step)
        faces = facesAt(identify, scene, pts);
    ASSERT_EQ(faces.size(), 1U);
    ASSERT_EQ(faces.front().status, "identified");
    faces = facesAt(identify, scene, pts + 60 * GST_SECOND);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces.front().status, "pending");
    EXPECT_EQ(faces.front().reason, "doubt");
    EXPECT_EQ(faces.front().templateId, "");
    faces = facesAt(identify, scene, pts);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces.front().status, "identified") << "it was a stray";
    EXPECT_EQ(identify.stat("requests"), 1U);
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, aStampThatStandsStillBlindsNobodyAndIsToldOnce)
{
    for (const bool rate : {true, false}) {
        Service service;
        Identify identify(service.properties() + " detector=none backpressure=true",
                          std::string("video/x-raw,format=I420,width=640,height=480,framerate=") +
                              (rate ? "25/1" : "0/1"));
        GstBuffer *scene = makeScene(identify.info(), {hopper});
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i) {
            facesAt(identify, scene, 5 * GST_SECOND);
            if (!rate)
                std::this_thread::sleep_for(15ms);
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        EXPECT_NEAR(static_cast<double>(identify.stat("samples")),
                    rate ? 20 : std::min(100.0, 5 * took.count()), rate ? 1 : 3);
        EXPECT_EQ(withText(identify.complaints(), "stand still"), 1U);
        gst_buffer_unref(scene);
    }
}

TEST(IdentifyTimes, anotherStreamEndsTracksAtOnceAndSaysSoDownstream)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade backpressure=true");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    startStream(identify, "first", 1);
    GstClockTime pts = 0;
    std::vector<ReadFace> faces;
    for (int i = 0; i < 100; ++i, pts += frame40)
        faces = facesAt(identify, scene, pts);
    ASSERT_EQ(faces.size(), 1U);
    const guint64 track = faces.front().trackId;
    ASSERT_EQ(faces.front().status, "identified");
    eventsOf(identify);

    startStream(identify, "second", 1);
    EXPECT_EQ(countOf(identify, "end"), 1U);
    EXPECT_EQ(eventsOf(identify), (std::vector<std::string>{"end", "stream-start"}));
    for (int i = 0; i < 100; ++i, pts += frame40) {
        faces = facesAt(identify, scene, pts);
        for (const ReadFace &face : faces)
            EXPECT_NE(face.trackId, track) << "not even at the same place";
    }
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces.front().status, "identified");
    EXPECT_EQ(identify.stat("requests"), 2U) << "nothing is inherited";
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, theSameStreamOnceMoreIsOnlyLookedAtAtOnce)
{
    Service service;
    Identify identify(service.properties() + " detector=none analysis-rate=1/10 backpressure=true");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    startStream(identify, "camera", 1);
    for (GstClockTime i = 0; i < 25; ++i)
        facesAt(identify, scene, i * frame40);
    EXPECT_EQ(identify.stat("samples"), 1U);
    startStream(identify, "camera", 2);
    for (GstClockTime i = 25; i < 50; ++i)
        facesAt(identify, scene, i * frame40);
    EXPECT_EQ(identify.stat("samples"), 2U);
    EXPECT_EQ(countOf(identify, "end"), 0U);
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, aBrokenFrameIsNoSampleWhileOthersCome)
{
    for (const guint flag : {GST_BUFFER_FLAG_CORRUPTED, GST_BUFFER_FLAG_DECODE_ONLY}) {
        Service service;
        Identify identify(service.properties() +
                          " detector=none analysis-rate=0/1 backpressure=true");
        GstBuffer *scene = makeScene(identify.info(), {hopper});
        for (GstClockTime i = 0; i < 90; ++i)
            facesAt(identify, scene, i * frame40, i % 3 == 2 ? 0 : flag);
        EXPECT_EQ(identify.stat("samples"), 30U) << "every third is whole";
        gst_buffer_unref(scene);
    }
}

TEST(IdentifyTimes, whereOnlyBrokenFramesComeTheyAreLookedAtAfterASecond)
{
    Service service;
    Identify identify(service.properties() + " detector=none backpressure=true");
    GstBuffer *scene = makeScene(identify.info(), {hopper});
    GstClockTime pts = 0;
    for (; pts < GST_SECOND; pts += frame40)
        facesAt(identify, scene, pts, GST_BUFFER_FLAG_CORRUPTED);
    EXPECT_EQ(identify.stat("samples"), 0U);
    for (; pts <= 3 * GST_SECOND; pts += frame40)
        facesAt(identify, scene, pts, GST_BUFFER_FLAG_CORRUPTED);
    EXPECT_NEAR(static_cast<double>(identify.stat("samples")), 10, 1);
    gst_buffer_unref(scene);
}

TEST(IdentifyTimes, aPhonesVideoIsToldOfUntilSomebodyTurnsIt)
{
    Service service;
    const std::string folder = makeFolder();
    const std::string clip = folder + "/phone.mp4";
    play("filesrc location=" + photos::hopperFile +
         " ! jpegdec ! videoconvert ! imagefreeze num-buffers=115"
         " ! video/x-raw,framerate=10/1 ! videoflip video-direction=90l"
         " ! jpegenc ! qtmux ! filesink location=" +
         clip);
    tagAsTurned(clip);
    const std::string source = "filesrc location=" + clip + " ! qtdemux ! jpegdec ! videoconvert ";
    const std::string rest =
        "! ootoidentify name=i detector=cascade dry-run=true backpressure=true " +
        service.properties() + " ! fakesink";
    const Played lying = play(source + rest);
    EXPECT_EQ(lying.tracks, 0U);
    EXPECT_EQ(withText(lying.warnings, "rotate-90"), 1U);

    const Played turned = play(source + "! videoflip video-direction=auto " + rest);
    EXPECT_EQ(turned.tracks, 1U);
    EXPECT_EQ(withText(turned.warnings, "rotate-90"), 0U);
    removeFolder(folder);
}
