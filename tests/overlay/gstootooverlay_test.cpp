// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/overlay_harness.h"

#include <gtest/gtest.h>

#include <tuple>

using namespace ooto::test;

namespace
{

constexpr guint8 grey = 0x50;

FacesSpec oneFace()
{
    return {{{"identified", {0.25, 0.25, 0.5, 0.5}, "Grace Hopper", 0.93, 1, "", "", 1}}};
}

GstBuffer *frameWith(const GstVideoInfo &info, const FacesSpec &spec)
{
    GstBuffer *buffer = makeFrame(info, grey);
    addFaces(buffer, spec);
    return buffer;
}

bool sameBytes(GstBuffer *buffer, const GstVideoInfo &info)
{
    const Buffer fresh(makeFrame(info, grey));
    return bytesOf(buffer) == bytesOf(fresh.get());
}

guint rectanglesOn(GstBuffer *buffer)
{
    const GstVideoOverlayCompositionMeta *meta =
        gst_buffer_get_video_overlay_composition_meta(buffer);
    return meta ? gst_video_overlay_composition_n_rectangles(meta->overlay) : 0;
}

GstVideoOverlayComposition *someoneElsesComposition()
{
    GstBuffer *pixels = gst_buffer_new_allocate(nullptr, 256, nullptr);
    gst_buffer_memset(pixels, 0, 0xFF, 256);
    gst_buffer_add_video_meta(pixels, GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 8, 8);
    GstVideoOverlayRectangle *rectangle =
        gst_video_overlay_rectangle_new_raw(pixels, 0, 0, 8, 8, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    GstVideoOverlayComposition *composition = gst_video_overlay_composition_new(rectangle);
    gst_video_overlay_rectangle_unref(rectangle);
    gst_buffer_unref(pixels);
    return composition;
}

const GstVideoInfo i420 = videoInfo(GST_VIDEO_FORMAT_I420, 320, 240);
const char *const feature = GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION;

} // namespace

TEST(OotoOverlay, drawsOnAFace)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    const auto before = pixelsOf(Buffer(makeFrame(i420, grey)).get(), i420);
    const auto after = pixelsOf(out.get(), i420);
    const auto at = [&](int x, int y) { return std::size_t(y) * 320 + x; };
    EXPECT_NE(after[at(80, 120)], before[at(80, 120)]) << "left line";
    EXPECT_NE(after[at(160, 180)], before[at(160, 180)]) << "lower line";
    EXPECT_EQ(after[at(160, 120)], before[at(160, 120)]) << "the face itself";
    EXPECT_EQ(after[at(5, 235)], before[at(5, 235)]) << "far away";
}

TEST(OotoOverlay, passesABufferWithNothingToDrawUntouched)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    GstBuffer *buffer = makeFrame(i420, grey);
    addFaces(buffer, {});
    const Buffer held(gst_buffer_ref(buffer)); // not writable, and yet no copy
    const Buffer out = harness.push(buffer);
    EXPECT_EQ(out.get(), held.get());
    EXPECT_TRUE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, leavesABufferThatOthersHoldAsItWas)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    GstBuffer *buffer = frameWith(i420, oneFace());
    const Buffer held(gst_buffer_ref(buffer));
    const Buffer out = harness.push(buffer);
    ASSERT_NE(out, nullptr);
    EXPECT_NE(out.get(), held.get());
    EXPECT_TRUE(sameBytes(held.get(), i420));
    EXPECT_FALSE(sameBytes(out.get(), i420));
    EXPECT_NE(gst_buffer_get_custom_meta(out.get(), "OotoFaces"), nullptr);
}

TEST(OotoOverlay, keepsTimesFlagsAndOtherMetas)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    GstBuffer *buffer = frameWith(i420, oneFace());
    GST_BUFFER_PTS(buffer) = 40 * GST_MSECOND;
    GST_BUFFER_DTS(buffer) = 20 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 33 * GST_MSECOND;
    GST_BUFFER_OFFSET(buffer) = 7;
    GST_BUFFER_FLAG_SET(buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_MARKER);
    gst_buffer_add_video_region_of_interest_meta(buffer, "plate", 1, 2, 3, 4);
    const Buffer held(gst_buffer_ref(buffer));
    const Buffer out = harness.push(buffer);
    EXPECT_EQ(GST_BUFFER_PTS(out.get()), 40 * GST_MSECOND);
    EXPECT_EQ(GST_BUFFER_DTS(out.get()), 20 * GST_MSECOND);
    EXPECT_EQ(GST_BUFFER_DURATION(out.get()), 33 * GST_MSECOND);
    EXPECT_EQ(GST_BUFFER_OFFSET(out.get()), 7U);
    EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(out.get(), GST_VIDEO_BUFFER_FLAG_INTERLACED));
    EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(out.get(), GST_BUFFER_FLAG_MARKER));
    EXPECT_NE(gst_buffer_get_video_region_of_interest_meta_id(out.get(), 0), nullptr);
}

TEST(OotoOverlay, followsCapsThatChange)
{
    OverlayHarness harness;
    for (const auto &[format, width, height] : {std::tuple{GST_VIDEO_FORMAT_I420, 320, 240},
                                                {GST_VIDEO_FORMAT_BGRx, 641, 481},
                                                {GST_VIDEO_FORMAT_v210, 101, 75},
                                                {GST_VIDEO_FORMAT_NV12, 1920, 1080}}) {
        const GstVideoInfo info = videoInfo(format, width, height);
        harness.setCaps(info);
        const Buffer out = harness.push(frameWith(info, oneFace()));
        EXPECT_FALSE(sameBytes(out.get(), info)) << width;
    }
}

TEST(OotoOverlay, survivesEverySize)
{
    FacesSpec spec = oneFace();
    spec.serviceState = "down";
    spec.serviceReason = "connection refused";
    spec.notice = "no YuNet model found";
    OverlayHarness harness;
    for (const auto &[width, height] : {std::pair{16, 16},
                                        {17, 17},
                                        {1, 1},
                                        {2, 500},
                                        {500, 2},
                                        {161, 121},
                                        {1079, 1919},
                                        {7680, 4320}}) {
        const GstVideoInfo info = videoInfo(GST_VIDEO_FORMAT_I420, width, height);
        harness.setCaps(info);
        const Buffer out = harness.push(frameWith(info, spec));
        ASSERT_NE(out, nullptr);
        EXPECT_FALSE(sameBytes(out.get(), info)) << width << "x" << height;
    }
}

TEST(OotoOverlay, attachesTheCompositionWhereDownstreamBlends)
{
    OverlayHarness harness;
    harness.proposeComposition();
    harness.setCaps(i420);
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    EXPECT_TRUE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 5U); // four lines and a label
    EXPECT_TRUE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, drawsWhereDownstreamTakesTheFeatureButDoesNotBlend)
{
    OverlayHarness harness; // its sink takes any caps
    harness.setCaps(i420);
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    EXPECT_FALSE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 0U);
    EXPECT_FALSE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, drawsWhereDownstreamBlendsButRefusesTheFeature)
{
    OverlayHarness harness("! capsfilter caps=video/x-raw");
    harness.proposeComposition();
    harness.setCaps(i420);
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    EXPECT_FALSE(harness.outputHasFeature());
    EXPECT_FALSE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, negotiatesThroughOtherTransforms)
{
    OverlayHarness harness("! identity ! videoconvert ! queue");
    harness.proposeComposition();
    harness.setCaps(i420);
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    EXPECT_TRUE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 5U);
}

TEST(OotoOverlay, renegotiatesWhenDownstreamLearnsToBlend)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    EXPECT_EQ(rectanglesOn(harness.push(frameWith(i420, oneFace())).get()), 0U);
    harness.proposeComposition();
    gst_harness_push_upstream_event(harness, gst_event_new_reconfigure());
    const Buffer out = harness.push(frameWith(i420, oneFace()));
    EXPECT_TRUE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 5U);
    EXPECT_TRUE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, addsToTheCompositionThatUpstreamAttached)
{
    OverlayHarness harness;
    harness.proposeComposition();
    harness.setCaps(i420, feature);
    GstBuffer *buffer = frameWith(i420, oneFace());
    GstVideoOverlayComposition *theirs = someoneElsesComposition();
    gst_buffer_add_video_overlay_composition_meta(buffer, theirs);
    const Buffer out = harness.push(buffer);
    EXPECT_TRUE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 6U);
    EXPECT_EQ(gst_video_overlay_composition_n_rectangles(theirs), 1U);
    gst_video_overlay_composition_unref(theirs);
}

TEST(OotoOverlay, keepsUpstreamsFeatureAndCompositionWhenItDrawsItself)
{
    OverlayHarness harness;
    harness.setCaps(i420, feature);
    GstBuffer *buffer = frameWith(i420, oneFace());
    GstVideoOverlayComposition *theirs = someoneElsesComposition();
    gst_buffer_add_video_overlay_composition_meta(buffer, theirs);
    gst_video_overlay_composition_unref(theirs);
    const Buffer out = harness.push(buffer);
    EXPECT_TRUE(harness.outputHasFeature());
    EXPECT_EQ(rectanglesOn(out.get()), 1U);
    EXPECT_FALSE(sameBytes(out.get(), i420));
}

TEST(OotoOverlay, handsDownstreamsAllocationAnswerUpstream)
{
    OverlayHarness harness;
    gst_harness_add_propose_allocation_meta(harness, GST_VIDEO_CROP_META_API_TYPE, nullptr);
    harness.setCaps(i420);
    GstCaps *caps = gst_pad_get_current_caps(harness.pad());
    GstQuery *query = gst_query_new_allocation(caps, FALSE);
    EXPECT_TRUE(gst_pad_peer_query(harness.pad(), query));
    EXPECT_TRUE(gst_query_find_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, nullptr));
    EXPECT_FALSE(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr));
    gst_query_unref(query);
    gst_caps_unref(caps);
}

TEST(OotoOverlay, drawsInsideTheCropRectangle)
{
    const GstVideoInfo whole = videoInfo(GST_VIDEO_FORMAT_GRAY8, 400, 300);
    GstBuffer *buffer = makeFrame(whole, grey);
    gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 400, 300);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
    crop->x = 100;
    crop->y = 60;
    crop->width = 200;
    crop->height = 200;
    addFaces(buffer, {{{"unknown", {0.0, 0.5, 0.5, 0.5}}}});
    OverlayHarness harness;
    harness.setCaps(videoInfo(GST_VIDEO_FORMAT_GRAY8, 200, 200));
    const auto bytes = bytesOf(harness.push(buffer).get());
    const auto changed = [&](int x, int y) { return bytes[std::size_t(y) * 400 + x] != grey; };
    EXPECT_TRUE(changed(100, 200)) << "the box's left line, at the crop's edge";
    EXPECT_TRUE(changed(150, 259)) << "the box's lower line, at the crop's edge";
    for (int y = 0; y < 300; ++y) {
        for (int x = 0; x < 400; ++x) {
            const bool visible = x >= 100 && x < 300 && y >= 60 && y < 260;
            ASSERT_TRUE(visible || !changed(x, y)) << x << "," << y;
        }
    }
}

TEST(OotoOverlay, takesPropertiesWhilePlaying)
{
    OverlayHarness harness;
    harness.proposeComposition();
    harness.setCaps(i420);
    EXPECT_EQ(rectanglesOn(harness.push(frameWith(i420, oneFace())).get()), 5U);
    gst_harness_set(harness, "ootooverlay", "draw-labels", FALSE, nullptr);
    EXPECT_EQ(rectanglesOn(harness.push(frameWith(i420, oneFace())).get()), 4U);
    FacesSpec notice;
    notice.notice = "look here";
    EXPECT_EQ(rectanglesOn(harness.push(frameWith(i420, notice)).get()), 1U);
    gst_harness_set(harness, "ootooverlay", "draw-notices", FALSE, nullptr);
    EXPECT_EQ(rectanglesOn(harness.push(frameWith(i420, notice)).get()), 0U);
}

TEST(OotoOverlay, handsOutTheSameCompositionWhileNothingChanges)
{
    OverlayHarness harness;
    harness.proposeComposition();
    harness.setCaps(i420);
    const Buffer first = harness.push(frameWith(i420, oneFace()));
    const Buffer second = harness.push(frameWith(i420, oneFace()));
    EXPECT_EQ(gst_buffer_get_video_overlay_composition_meta(first.get())->overlay,
              gst_buffer_get_video_overlay_composition_meta(second.get())->overlay);
}

TEST(OotoOverlay, passesAFrameThatItCannotDrawOn)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 100, nullptr); // far too short
    addFaces(buffer, oneFace());
    const Buffer out = harness.push(buffer);
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(gst_buffer_get_size(out.get()), 100U);
}

TEST(OotoOverlay, dropsNothingThatIsLate)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    gst_harness_push_upstream_event(
        harness, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 10, GST_SECOND, GST_SECOND));
    GstBuffer *buffer = frameWith(i420, oneFace());
    GST_BUFFER_PTS(buffer) = 0;
    EXPECT_NE(harness.push(buffer), nullptr);
}

TEST(OotoOverlay, drawsIntoTheFilesAndAppsOfAPipeline)
{
    GstElement *pipeline = gst_parse_launch(
        "appsrc name=in format=time ! ootooverlay ! appsink name=out sync=false", nullptr);
    GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    GstVideoInfo info = i420;
    GstCaps *caps = gst_video_info_to_caps(&info);
    g_object_set(in, "caps", caps, nullptr);
    gst_caps_unref(caps);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBuffer *frame = frameWith(i420, oneFace());
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(in, "push-buffer", frame, &flow);
    gst_buffer_unref(frame);
    GstSample *sample = nullptr;
    g_signal_emit_by_name(out, "pull-sample", &sample);
    ASSERT_NE(sample, nullptr);
    EXPECT_FALSE(sameBytes(gst_sample_get_buffer(sample), i420));
    EXPECT_EQ(rectanglesOn(gst_sample_get_buffer(sample)), 0U);
    gst_sample_unref(sample);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(in);
    gst_object_unref(out);
    gst_object_unref(pipeline);
}

TEST(OotoOverlay, startsAndStopsAHundredTimes)
{
    GstElement *overlay = gst_element_factory_make("ootooverlay", nullptr);
    GstHarness *harness = gst_harness_new_with_element(overlay, "sink", "src");
    GstVideoInfo info = i420;
    for (int i = 0; i < 100; ++i) {
        gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
        const Buffer out(gst_harness_push_and_pull(harness, frameWith(i420, oneFace())));
        EXPECT_FALSE(sameBytes(out.get(), i420));
        gst_element_set_state(overlay, GST_STATE_NULL);
        gst_harness_play(harness);
    }
    gst_harness_teardown(harness);
    gst_object_unref(overlay);
}

// G_DEBUG=fatal-criticals is set for all tests.
TEST(OotoOverlay, drawsInAStreamThatIsCountedInBytes)
{
    OverlayHarness harness;
    harness.setCaps(i420);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    ASSERT_TRUE(gst_harness_push_event(harness, gst_event_new_segment(&segment)));
    for (const GstClockTime pts : {GST_CLOCK_TIME_NONE, GstClockTime{0}}) {
        GstBuffer *frame = frameWith(i420, oneFace());
        GST_BUFFER_PTS(frame) = pts;
        const Buffer out = harness.push(frame);
        ASSERT_TRUE(out);
        EXPECT_FALSE(sameBytes(out.get(), i420)) << "nothing was drawn";
    }
}
