// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/element/frame_clock.cpp: what it makes of real streams and their events.
#include "element/frame_clock.h"
#include "element/handles.h"

#include <gtest/gtest.h>

#include <gst/gst.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

using namespace ooto;
using namespace std::chrono_literals;

namespace
{

/** What a stream's clock said, frame by frame. */
struct Watched {
    std::vector<core::FrameTimes> frames;
    int otherStreams = 0;

    int jumps() const
    {
        int count = 0;
        for (const core::FrameTimes &times : frames)
            count += times.afterJump;
        return count;
    }
    bool goesBack() const
    {
        for (std::size_t i = 1; i < frames.size(); ++i) {
            if (frames[i].runningTime < frames[i - 1].runningTime)
                return true;
        }
        return false;
    }
};

/** A launch line whose element `watched` has a FrameClock at its sink pad. */
class Watch
{
public:
    explicit Watch(const std::string &line)
    {
        GError *error = nullptr;
        pipeline_ = gst_parse_launch(line.c_str(), &error);
        EXPECT_EQ(error, nullptr) << (error ? error->message : "");
        g_clear_error(&error);
        element_ = gst_bin_get_by_name(GST_BIN(pipeline_), "watched");
        GstPad *pad = gst_element_get_static_pad(element_, "sink");
        gst_pad_add_probe(pad,
                          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                                       GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                       GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                          &Watch::passed, this, nullptr);
        gst_object_unref(pad);
    }
    ~Watch()
    {
        gst_element_set_state(pipeline_, GST_STATE_NULL);
        gst_object_unref(element_);
        gst_object_unref(pipeline_);
    }
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    GstElement *pipeline() { return pipeline_; }
    GstElement *byName(const char *name) { return gst_bin_get_by_name(GST_BIN(pipeline_), name); }
    void set(GstState state)
    {
        gst_element_set_state(pipeline_, state);
        EXPECT_EQ(gst_element_get_state(pipeline_, nullptr, nullptr, 20 * GST_SECOND),
                  GST_STATE_CHANGE_SUCCESS);
    }
    /** Waits for this message, and fails on an error. */
    void await(GstMessageType type)
    {
        GstBus *bus = gst_element_get_bus(pipeline_);
        GstMessage *message = gst_bus_timed_pop_filtered(
            bus, 30 * GST_SECOND, static_cast<GstMessageType>(type | GST_MESSAGE_ERROR));
        ASSERT_NE(message, nullptr);
        EXPECT_EQ(GST_MESSAGE_TYPE(message), type);
        gst_message_unref(message);
        gst_object_unref(bus);
    }
    Watched watched()
    {
        const std::scoped_lock lock(mutex_);
        return watched_;
    }

private:
    static GstPadProbeReturn passed(GstPad *, GstPadProbeInfo *info, gpointer self)
    {
        auto &watch = *static_cast<Watch *>(self);
        const std::scoped_lock lock(watch.mutex_);
        if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
            watch.watched_.frames.push_back(watch.clock_.timesOf(
                watch.element_, GST_PAD_PROBE_INFO_BUFFER(info), watch.segment_, watch.info_));
        else
            watch.note(GST_PAD_PROBE_INFO_EVENT(info));
        return GST_PAD_PROBE_OK;
    }
    void note(GstEvent *event)
    {
        GstCaps *caps = nullptr;
        switch (GST_EVENT_TYPE(event)) {
        case GST_EVENT_CAPS:
            gst_event_parse_caps(event, &caps);
            gst_video_info_from_caps(&info_, caps);
            break;
        case GST_EVENT_SEGMENT:
            gst_event_copy_segment(event, &segment_);
            clock_.noteSegment();
            break;
        case GST_EVENT_STREAM_START:
            watched_.otherStreams += clock_.noteStreamStart(event);
            break;
        case GST_EVENT_FLUSH_STOP:
            clock_.startAnew();
            break;
        default:
            break;
        }
    }

    GstElement *pipeline_ = nullptr;
    GstElement *element_ = nullptr;
    std::mutex mutex_;
    Watched watched_;
    element::FrameClock clock_;
    GstSegment segment_{};
    GstVideoInfo info_{};
};

/** A clip of two seconds at 25 frames a second. */
class Clips : public testing::Test
{
protected:
    void SetUp() override
    {
        char *made = g_dir_make_tmp("ooto-clips-XXXXXX", nullptr);
        ASSERT_NE(made, nullptr);
        folder = made;
        g_free(made);
        for (const char *name : {"one", "two"})
            make(name);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    void make(const std::string &name)
    {
        Watch watch("videotestsrc num-buffers=50 ! video/x-raw,width=64,height=48,framerate=25/1 ! "
                    "jpegenc ! matroskamux ! filesink name=watched location=" +
                    clip(name));
        watch.set(GST_STATE_PLAYING);
        watch.await(GST_MESSAGE_EOS);
    }
    std::string clip(const std::string &name) const { return folder + "/" + name + ".mkv"; }
    std::string source(const std::string &name) const
    {
        return "filesrc location=" + clip(name) + " ! matroskademux ! jpegdec ! ";
    }
    Watched played(const std::string &line)
    {
        Watch watch(line);
        watch.set(GST_STATE_PLAYING);
        watch.await(GST_MESSAGE_EOS);
        return watch.watched();
    }

    std::string folder;
};

void seek(GstElement *pipeline, GstSeekFlags flags)
{
    EXPECT_TRUE(gst_element_seek(pipeline, 1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, 0,
                                 GST_SEEK_TYPE_SET, 1600 * GST_MSECOND));
}

} // namespace

TEST_F(Clips, onePlayedThroughHasNoJump)
{
    const Watched watched = played(source("one") + "fakesink name=watched");
    ASSERT_EQ(watched.frames.size(), 50U);
    EXPECT_EQ(watched.jumps(), 0);
    EXPECT_EQ(watched.otherStreams, 0);
    for (const core::FrameTimes &times : watched.frames)
        EXPECT_EQ(times.runningTime, times.ownRunningTime);
}

TEST_F(Clips, anotherFileOneAfterTheOtherIsAnotherStream)
{
    const Watched watched = played("concat name=c ! fakesink name=watched " + source("one") +
                                   "c. " + source("two") + "c.");
    ASSERT_EQ(watched.frames.size(), 100U);
    EXPECT_EQ(watched.otherStreams, 1);
    EXPECT_FALSE(watched.goesBack());
}

TEST_F(Clips, theSameFileTwiceIsTheSameStreamAfterAJump)
{
    const Watched watched = played("concat name=c ! fakesink name=watched " + source("one") +
                                   "c. " + source("one") + "c.");
    ASSERT_EQ(watched.frames.size(), 100U);
    EXPECT_EQ(watched.otherStreams, 0);
    EXPECT_EQ(watched.jumps(), 1);
    EXPECT_TRUE(watched.frames[50].afterJump);
    EXPECT_FALSE(watched.goesBack());
}

TEST_F(Clips, aSegmentLoopIsAJumpEachTime)
{
    Watch watch(source("one") + "fakesink name=watched");
    watch.set(GST_STATE_PAUSED);
    seek(watch.pipeline(), static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT));
    watch.set(GST_STATE_PLAYING);
    for (int i = 0; i < 3; ++i) {
        watch.await(GST_MESSAGE_SEGMENT_DONE);
        seek(watch.pipeline(), GST_SEEK_FLAG_SEGMENT);
    }
    watch.await(GST_MESSAGE_SEGMENT_DONE);
    const Watched watched = watch.watched();
    EXPECT_GE(watched.frames.size(), 4U * 40);
    EXPECT_EQ(watched.otherStreams, 0);
    EXPECT_EQ(watched.jumps(), 3);
    EXPECT_FALSE(watched.goesBack());
}

TEST_F(Clips, afterAFlushingSeekTimeGoesOn)
{
    Watch watch(source("one") + "fakesink name=watched");
    watch.set(GST_STATE_PLAYING);
    watch.await(GST_MESSAGE_EOS);
    const std::size_t before = watch.watched().frames.size();
    seek(watch.pipeline(), GST_SEEK_FLAG_FLUSH);
    watch.await(GST_MESSAGE_EOS);
    const Watched watched = watch.watched();
    ASSERT_GT(watched.frames.size(), before + 30);
    EXPECT_LT(*watched.frames.back().ownRunningTime, *watched.frames[before - 1].ownRunningTime);
    EXPECT_FALSE(watched.goesBack()) << "or visits and holds would never end";
}

TEST_F(Clips, aSwitchToAnotherInputIsAnotherStream)
{
    Watch watch(
        "input-selector name=switch ! fakesink name=watched "
        "videotestsrc is-live=true name=first ! video/x-raw,framerate=25/1 ! switch.sink_0 "
        "videotestsrc is-live=true name=second ! video/x-raw,framerate=25/1 ! switch.sink_1");
    GstElement *selector = watch.byName("switch");
    const auto frames = [&] { return watch.watched().frames.size(); };
    const auto switchTo = [&](const char *name) {
        GstPad *pad = gst_element_get_static_pad(selector, name);
        g_object_set(selector, "active-pad", pad, nullptr);
        gst_object_unref(pad);
        const std::size_t before = frames();
        for (int i = 0; i < 1000 && frames() < before + 12; ++i)
            g_usleep(10'000);
    };
    gst_element_set_state(watch.pipeline(), GST_STATE_PLAYING);
    switchTo("sink_0");
    EXPECT_EQ(watch.watched().otherStreams, 0);
    switchTo("sink_1");
    EXPECT_EQ(watch.watched().otherStreams, 1);
    switchTo("sink_0");
    EXPECT_EQ(watch.watched().otherStreams, 2);
    EXPECT_FALSE(watch.watched().goesBack());
    gst_object_unref(selector);
}

namespace
{

/** Frames and events by hand. */
class FrameClock : public testing::Test
{
protected:
    void SetUp() override
    {
        element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("fakesink", nullptr)));
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 16, 16);
        info.fps_n = 25;
        info.fps_d = 1;
    }
    void TearDown() override { gst_object_unref(element); }

    core::FrameTimes frame(GstClockTime pts)
    {
        const element::BufferHandle buffer(gst_buffer_new());
        GST_BUFFER_PTS(buffer.get()) = pts;
        return clock.timesOf(element, buffer.get(), segment, info);
    }
    /** @return the last */
    core::FrameTimes frames(GstClockTime from, int count, GstClockTime step = 40 * GST_MSECOND)
    {
        core::FrameTimes times;
        for (int i = 0; i < count; ++i)
            times = frame(from + static_cast<GstClockTime>(i) * step);
        return times;
    }
    bool streamStart(const char *id, guint group)
    {
        GstEvent *event = gst_event_new_stream_start(id);
        if (group != GST_GROUP_ID_INVALID)
            gst_event_set_group_id(event, group);
        const bool another = clock.noteStreamStart(event);
        gst_event_unref(event);
        return another;
    }

    GstElement *element = nullptr;
    element::FrameClock clock;
    GstSegment segment{};
    GstVideoInfo info{};
};

} // namespace

TEST_F(FrameClock, aStrayKeepsItsOwnStampsAndGetsTheTimeThatWasExpected)
{
    frames(0, 50);
    const core::FrameTimes stray = frame(10 * GST_SECOND);
    EXPECT_EQ(stray.runningTime, 2s);
    EXPECT_EQ(stray.pts, 10s);
    EXPECT_EQ(stray.streamTime, 10s);
    EXPECT_EQ(stray.ownRunningTime, 10s);
    EXPECT_FALSE(stray.afterJump);
    EXPECT_EQ(frame(51 * 40 * GST_MSECOND).runningTime, 2040ms);
}

TEST_F(FrameClock, tellsOfStampsThatStandStillOnceAndByWhatItGoes)
{
    for (const bool rate : {true, false}) {
        clock = {};
        info.fps_n = rate ? 25 : 0;
        std::vector<std::string> told;
        for (int i = 0; i < 100; ++i) {
            frame(5 * GST_SECOND);
            if (!clock.complaint().empty())
                told.push_back(clock.complaint());
        }
        ASSERT_EQ(told.size(), 1U);
        EXPECT_NE(told.front().find(rate ? "frame rate" : "arrival"), std::string::npos)
            << told.front();
    }
}

TEST_F(FrameClock, stampsThatAreNoTimesAreNone)
{
    frames(0, 50);
    for (const GstClockTime pts :
         {G_MAXUINT64 - 1, static_cast<guint64>(G_MAXINT64), static_cast<guint64>(G_MAXINT64) + 1})
        EXPECT_FALSE(frame(pts).ownRunningTime);
    const core::FrameTimes times = frame(53 * 40 * GST_MSECOND);
    EXPECT_EQ(times.runningTime, 53 * 40ms);
    EXPECT_EQ(times.ownRunningTime, 53 * 40ms);
}

TEST_F(FrameClock, aClocksRateIsNoFrameRate)
{
    info.fps_n = 90000;
    frame(GST_CLOCK_TIME_NONE);
    g_usleep(50'000);
    EXPECT_GE(frame(GST_CLOCK_TIME_NONE).runningTime, 50ms);
}

TEST_F(FrameClock, aStreamThatStartsAgainIsAJumpAndAnotherIsAnother)
{
    EXPECT_FALSE(streamStart("camera", 1));
    EXPECT_FALSE(frames(0, 50).afterJump);
    EXPECT_FALSE(streamStart("camera", 1)) << "the same once more";
    EXPECT_FALSE(frames(2 * GST_SECOND, 1).afterJump);
    EXPECT_FALSE(streamStart("camera", 2));
    EXPECT_TRUE(frames(2040 * GST_MSECOND, 1).afterJump);
    EXPECT_FALSE(frames(2080 * GST_MSECOND, 1).afterJump);
    EXPECT_TRUE(streamStart("another", 2));
    EXPECT_FALSE(frames(0, 1).afterJump) << "there is nothing left to doubt";
    EXPECT_EQ(frames(40 * GST_MSECOND, 1).runningTime, 2160ms);
}

TEST_F(FrameClock, aSegmentThatGoesOnInTheMediumIsNoJump)
{
    frames(0, 50);
    // As a demuxer makes one in mid stream.
    segment.start = segment.time = 2 * GST_SECOND;
    segment.base = 2 * GST_SECOND;
    clock.noteSegment();
    EXPECT_FALSE(frame(2 * GST_SECOND).afterJump);
    // A seek that does not flush: running time goes on, the medium does not.
    segment.start = segment.time = 60 * GST_SECOND;
    segment.base = 2040 * GST_MSECOND;
    clock.noteSegment();
    EXPECT_TRUE(frame(60 * GST_SECOND).afterJump);
    EXPECT_FALSE(frame(60040 * GST_MSECOND).afterJump);
    // A short loop.
    segment.base = 2120 * GST_MSECOND;
    clock.noteSegment();
    EXPECT_TRUE(frame(60 * GST_SECOND).afterJump);
}

TEST_F(FrameClock, atTwiceTheRateTheMediumGoesTwiceAsFar)
{
    segment.rate = 2;
    EXPECT_FALSE(frames(0, 100).afterJump);
    segment.start = segment.time = 4 * GST_SECOND;
    segment.base = 2 * GST_SECOND;
    clock.noteSegment();
    EXPECT_FALSE(frame(4 * GST_SECOND).afterJump);
}
