// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/scene.h"

#include "support/overlay_harness.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace ooto::test;
using namespace ooto::overlay;
using ooto::core::Status;

namespace
{

const GstVideoInfo info = videoInfo(GST_VIDEO_FORMAT_GRAY8, 200, 100);

OverlayScene read(const Buffer &buffer)
{
    return readOverlayScene(buffer.get(), info);
}

void setFaces(GstStructure *meta, GstStructure *face)
{
    GValue faces = G_VALUE_INIT;
    g_value_init(&faces, GST_TYPE_ARRAY);
    appendStructure(&faces, face);
    gst_structure_take_value(meta, "faces", &faces);
}

} // namespace

TEST(Scene, readsAFace)
{
    const Buffer buffer(gst_buffer_new());
    addFaces(buffer.get(), {{{"spoof", {0.1, 0.2, 0.3, 0.4}, "Grace", 0.9, 0, "id", "why", 7}},
                            "down",
                            "refused",
                            "set model"});
    const OverlayScene scene = read(buffer);
    ASSERT_EQ(scene.faces.size(), 1U);
    const OverlayFace &face = scene.faces[0];
    EXPECT_DOUBLE_EQ(face.box.x, 20);
    EXPECT_DOUBLE_EQ(face.box.height, 40);
    EXPECT_EQ(face.status, Status::Spoof);
    EXPECT_EQ(face.trackId, 7U);
    EXPECT_EQ(face.name, "Grace");
    EXPECT_EQ(face.templateId, "id");
    EXPECT_EQ(face.reason, "why");
    EXPECT_EQ(face.similarity, 0.9);
    EXPECT_EQ(face.livenessFine, false);
    EXPECT_EQ(face.deepfakeFine, std::nullopt);
    EXPECT_EQ(scene.serviceState, "down");
    EXPECT_EQ(scene.serviceReason, "refused");
    EXPECT_EQ(scene.notice, "set model");
}

TEST(Scene, saysNothingOfAServiceThatIsFine)
{
    const Buffer buffer(gst_buffer_new());
    addFaces(buffer.get(), {{}, "ok", "all is well", ""});
    EXPECT_EQ(read(buffer).serviceState, "");
    EXPECT_EQ(read(buffer).serviceReason, "");
}

TEST(Scene, takesWrongTypesAsAbsent)
{
    const Buffer buffer(gst_buffer_new());
    GstStructure *meta = addFacesMeta(buffer.get());
    gst_structure_set(meta, "service-state", G_TYPE_INT, 3, "notice", G_TYPE_DOUBLE, 1.0, nullptr);
    GstStructure *face = faceStructure({"identified", {0, 0, 1, 1}});
    gst_structure_set(face, "name", G_TYPE_INT, 3, "similarity", G_TYPE_STRING, "high", "track-id",
                      G_TYPE_STRING, "x", "liveness-fine", G_TYPE_INT, 1, "status", G_TYPE_INT, 2,
                      nullptr);
    setFaces(meta, face);
    const OverlayScene scene = read(buffer);
    ASSERT_EQ(scene.faces.size(), 1U);
    EXPECT_EQ(scene.faces[0].status, std::nullopt);
    EXPECT_EQ(scene.faces[0].name, "");
    EXPECT_EQ(scene.faces[0].similarity, std::nullopt);
    EXPECT_EQ(scene.faces[0].livenessFine, std::nullopt);
    EXPECT_EQ(scene.serviceState, "");
    EXPECT_EQ(scene.notice, "");
}

TEST(Scene, skipsFacesWithoutAUsableBox)
{
    for (const ooto::core::Box &box : {ooto::core::Box{NAN, 0, 1, 1},
                                       {0, 0, INFINITY, 1},
                                       {0, 0, 0, 1},
                                       {0, 0, 1, -1},
                                       {2, 2, 1, 1},
                                       {-1e300, 0, 1, 1}}) {
        const Buffer buffer(gst_buffer_new());
        addFaces(buffer.get(), {{{"pending", box}}});
        EXPECT_TRUE(read(buffer).faces.empty()) << box.x;
    }
}

TEST(Scene, survivesStructuresOfAnotherShape)
{
    const Buffer buffer(gst_buffer_new());
    GstStructure *meta = addFacesMeta(buffer.get());
    EXPECT_TRUE(read(buffer).faces.empty());
    gst_structure_set(meta, "faces", G_TYPE_STRING, "none", nullptr);
    EXPECT_TRUE(read(buffer).faces.empty());

    GstStructure *face = gst_structure_new("face", "box", G_TYPE_STRING, "0,0,1,1", nullptr);
    setFaces(meta, face);
    EXPECT_TRUE(read(buffer).faces.empty());

    GValue numbers = G_VALUE_INIT;
    g_value_init(&numbers, GST_TYPE_ARRAY);
    GValue number = G_VALUE_INIT;
    g_value_init(&number, G_TYPE_INT);
    gst_value_array_append_and_take_value(&numbers, &number);
    gst_structure_take_value(meta, "faces", &numbers);
    EXPECT_TRUE(read(buffer).faces.empty());

    GValue faces = G_VALUE_INIT;
    g_value_init(&faces, GST_TYPE_ARRAY);
    GValue nothing = G_VALUE_INIT;
    g_value_init(&nothing, GST_TYPE_STRUCTURE);
    gst_value_array_append_and_take_value(&faces, &nothing);
    appendStructure(&faces, gst_structure_new_empty("face"));
    gst_structure_take_value(meta, "faces", &faces);
    EXPECT_TRUE(read(buffer).faces.empty());
}

TEST(Scene, takesAtMost256Faces)
{
    const Buffer buffer(gst_buffer_new());
    FacesSpec spec;
    spec.faces.assign(1000, {"pending", {0, 0, 1, 1}});
    addFaces(buffer.get(), spec);
    EXPECT_EQ(read(buffer).faces.size(), 256U);
}

TEST(Scene, keepsTextOnOneShortLineOfUtf8)
{
    const Buffer buffer(gst_buffer_new());
    GstStructure *meta = addFacesMeta(buffer.get());
    gst_structure_set(meta, "notice", G_TYPE_STRING, "two\nlines\ttab", nullptr);
    EXPECT_EQ(read(buffer).notice, "two lines tab");

    std::string longText;
    for (int i = 0; i < 100000; ++i)
        longText += "ж";
    gst_structure_set(meta, "notice", G_TYPE_STRING, longText.c_str(), nullptr);
    EXPECT_EQ(g_utf8_strlen(read(buffer).notice.c_str(), -1), 300);
    EXPECT_TRUE(g_utf8_validate(read(buffer).notice.c_str(), -1, nullptr));
}

TEST(Scene, fallsBackToRegionsOfInterest)
{
    const Buffer buffer(gst_buffer_new());
    GstVideoRegionOfInterestMeta *region =
        gst_buffer_add_video_region_of_interest_meta(buffer.get(), "face", 10, 20, 30, 40);
    gst_video_region_of_interest_meta_add_param(
        region, gst_structure_new("identity", "label", G_TYPE_STRING, "Ada", nullptr));
    gst_buffer_add_video_region_of_interest_meta(buffer.get(), "plate", 1, 1, 30, 40);
    const OverlayScene scene = read(buffer);
    ASSERT_EQ(scene.faces.size(), 1U);
    EXPECT_DOUBLE_EQ(scene.faces[0].box.x, 10);
    EXPECT_EQ(scene.faces[0].name, "Ada");
    EXPECT_EQ(scene.faces[0].status, std::nullopt);

    addFaces(buffer.get(), {});
    EXPECT_TRUE(read(buffer).faces.empty()) << "OotoFaces says that there is none";
}

TEST(Scene, drawsAFaceWhereItsRegionIs)
{
    const auto addRegion = [](const Buffer &buffer, const char *type, int id, unsigned x) {
        gst_buffer_add_video_region_of_interest_meta(buffer.get(), type, x, 20, 30, 40)->id = id;
    };
    const auto addFace = [](const Buffer &buffer, int id) {
        GstStructure *face = faceStructure({"identified", {0.5, 0, 0.1, 0.1}, "Grace"});
        gst_structure_set(face, "roi-id", G_TYPE_INT, id, nullptr);
        setFaces(addFacesMeta(buffer.get()), face);
    };
    const auto left = [](const Buffer &buffer) {
        const OverlayScene scene = read(buffer);
        return scene.faces.size() == 1 && scene.faces[0].name == "Grace" ? scene.faces[0].box.x
                                                                         : -1;
    };
    const Buffer moved(gst_buffer_new());
    addFace(moved, 3);
    addRegion(moved, "face", 2, 50);
    EXPECT_EQ(left(moved), 100) << "another's region";
    addRegion(moved, "face", 3, 10);
    EXPECT_EQ(left(moved), 10);
    addRegion(moved, "person", 3, 70);
    EXPECT_EQ(left(moved), 10) << "another detector's number";
    addRegion(moved, "face", 3, 80);
    EXPECT_EQ(left(moved), 100) << "nobody knows which it is";

    const Buffer theirs(gst_buffer_new());
    addFace(theirs, 3);
    gst_buffer_add_video_region_of_interest_meta(theirs.get(), "head", 98, 0, 20, 10)->id = 3;
    EXPECT_EQ(left(theirs), 98);

    const Buffer foreign(gst_buffer_new());
    addFace(foreign, 3);
    addRegion(foreign, "person", 3, 10);
    EXPECT_EQ(left(foreign), 100) << "numbers of another type mean nothing";

    const Buffer gone(gst_buffer_new());
    addFace(gone, 3);
    addRegion(gone, "face", 3, 5000);
    EXPECT_TRUE(read(gone).faces.empty()) << "cut off";

    const Buffer unnumbered(gst_buffer_new());
    addFace(unnumbered, 0);
    addRegion(unnumbered, "face", 0, 10);
    EXPECT_EQ(left(unnumbered), 100);
}

TEST(Scene, measuresBoxesInTheCropRectangle)
{
    const Buffer buffer(makeFrame(info, 0));
    gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 200,
                              100);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer.get());
    crop->x = 50;
    crop->y = 20;
    crop->width = 100;
    crop->height = 60;
    addFaces(buffer.get(), {{{"pending", {0.5, 0.5, 0.5, 0.5}}}});
    const OverlayScene scene = read(buffer);
    ASSERT_EQ(scene.faces.size(), 1U);
    EXPECT_EQ(scene.visible, (ooto::core::Box{50, 20, 100, 60}));
    EXPECT_EQ(scene.faces[0].box, (ooto::core::Box{100, 50, 50, 30}));
    crop->x = 5000; // nonsense
    EXPECT_EQ(read(buffer).visible, (ooto::core::Box{0, 0, 200, 100}));
}
