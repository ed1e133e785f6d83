// SPDX-License-Identifier: LGPL-2.1-or-later
// The GstAnalytics metadata of ootoidentify, read as others read it.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gst/analytics/analytics.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace ooto;
using namespace ooto::test;

namespace
{

constexpr int relatedOrPart = GST_ANALYTICS_REL_TYPE_RELATE_TO | GST_ANALYTICS_REL_TYPE_CONTAIN;

/**
 * The classes that DL Streamer's Python takes of a detection (python/gstgva/region_of_interest.py):
 * those whose relation is CONTAIN and no other.
 */
std::vector<std::string> classesForDlStreamer(GstBuffer *buffer, guint object)
{
    std::vector<std::string> labels;
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    gpointer state = nullptr;
    GstAnalyticsMtd found;
    while (gst_analytics_relation_meta_iterate(meta, &state, GST_ANALYTICS_MTD_TYPE_ANY, &found)) {
        if (found.id == object || gst_analytics_relation_meta_get_relation(
                                      meta, object, found.id) != GST_ANALYTICS_REL_TYPE_CONTAIN)
            continue;
        EXPECT_EQ(gst_analytics_mtd_get_mtd_type(&found), gst_analytics_cls_mtd_get_mtd_type());
        EXPECT_EQ(gst_analytics_relation_meta_get_relation(meta, found.id, object),
                  GST_ANALYTICS_REL_TYPE_IS_PART_OF);
        labels.push_back(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&found, 0)));
    }
    return labels;
}

/**
 * Whether it would ask for the number of the detection's type: in a class whose relation is
 * RELATE_TO and no other. It raises an error when "face" is not in there.
 */
bool hasTypeListForDlStreamer(GstBuffer *buffer, guint object)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    gpointer state = nullptr;
    GstAnalyticsMtd found;
    while (gst_analytics_relation_meta_iterate(meta, &state, gst_analytics_cls_mtd_get_mtd_type(),
                                               &found)) {
        if (gst_analytics_relation_meta_get_relation(meta, object, found.id) ==
            GST_ANALYTICS_REL_TYPE_RELATE_TO)
            return true;
    }
    return false;
}

/** One detection with what is related to it. */
struct ReadObject {
    guint id = 0;
    std::string type;
    int x = 0, y = 0, w = 0, h = 0;
    std::vector<std::pair<std::string, double>> classes;
    std::vector<guint64> tracks;
    GstClockTime firstSeen = 0;
};

std::vector<ReadObject> readObjects(GstBuffer *buffer)
{
    std::vector<ReadObject> objects;
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    gpointer state = nullptr;
    GstAnalyticsMtd found;
    while (meta && gst_analytics_relation_meta_iterate(
                       meta, &state, gst_analytics_od_mtd_get_mtd_type(), &found)) {
        ReadObject object;
        gfloat score = 0;
        object.id = found.id;
        object.type = g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&found));
        gst_analytics_od_mtd_get_location(&found, &object.x, &object.y, &object.w, &object.h,
                                          &score);
        gpointer related = nullptr;
        GstAnalyticsMtd other;
        while (gst_analytics_relation_meta_get_direct_related(
            meta, found.id, GST_ANALYTICS_REL_TYPE_RELATE_TO, GST_ANALYTICS_MTD_TYPE_ANY, &related,
            &other)) {
            const auto there = gst_analytics_relation_meta_get_relation(meta, found.id, other.id);
            const auto back = gst_analytics_relation_meta_get_relation(meta, other.id, found.id);
            if (gst_analytics_mtd_get_mtd_type(&other) == gst_analytics_cls_mtd_get_mtd_type()) {
                EXPECT_EQ(there, relatedOrPart);
                EXPECT_EQ(back, GST_ANALYTICS_REL_TYPE_IS_PART_OF);
                EXPECT_EQ(gst_analytics_cls_mtd_get_length(&other), 1U);
                object.classes.emplace_back(
                    g_quark_to_string(gst_analytics_cls_mtd_get_quark(&other, 0)),
                    gst_analytics_cls_mtd_get_level(&other, 0));
            } else {
                EXPECT_EQ(there, GST_ANALYTICS_REL_TYPE_RELATE_TO);
                guint64 id = 0;
                GstClockTime last = 0;
                gboolean lost = TRUE;
                EXPECT_TRUE(gst_analytics_tracking_mtd_get_info(&other, &id, &object.firstSeen,
                                                                &last, &lost));
                EXPECT_EQ(last, GST_BUFFER_PTS(buffer));
                EXPECT_FALSE(lost);
                object.tracks.push_back(id);
            }
        }
        objects.push_back(std::move(object));
    }
    return objects;
}

class Analytics : public testing::Test
{
protected:
    void start(const std::string &more)
    {
        identify = std::make_unique<Identify>(service.properties() +
                                              " backpressure=true analysis-rate=0/1 " + more);
        scene = makeScene(identify->info(), {{photos::hopperFile, 120, 40, 400}});
    }
    ~Analytics() override
    {
        identify.reset();
        gst_clear_buffer(&scene);
    }

    /** The objects of the first frame on which somebody is named; checks every one before it. */
    std::vector<ReadObject> objectsOnceIdentified(GstBuffer *frame)
    {
        std::vector<ReadObject> objects;
        EXPECT_TRUE(identify->pushUntil(frame, [&](GstBuffer *buffer) {
            objects = readObjects(buffer);
            const auto faces = readFaces(buffer);
            EXPECT_EQ(objects.size(), faces.size());
            for (std::size_t i = 0; i < std::min(objects.size(), faces.size()); ++i) {
                EXPECT_EQ(objects[i].tracks, std::vector<guint64>{faces[i].trackId});
                const auto *region = gst_buffer_get_video_region_of_interest_meta_id(
                    buffer, static_cast<gint>(faces[i].trackId));
                EXPECT_NE(region, nullptr);
                if (region) {
                    EXPECT_EQ(objects[i].x, static_cast<int>(region->x));
                    EXPECT_EQ(objects[i].h, static_cast<int>(region->h));
                }
                EXPECT_EQ(objects[i].classes.empty(), faces[i].status == "pending");
            }
            return hasStatus(buffer, "identified");
        }));
        return objects;
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *scene = nullptr;
};

} // namespace

TEST_F(Analytics, sayWhatTheOtherMetadataSay)
{
    start("detector=cascade");
    const auto objects = objectsOnceIdentified(scene);
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0].type, "face");
    ASSERT_EQ(objects[0].classes.size(), 1U);
    EXPECT_EQ(objects[0].classes[0].first, "identified") << "template ids are no labels";
    EXPECT_GT(objects[0].classes[0].second, 0.75);
    EXPECT_LT(objects[0].firstSeen, identify->now());
}

TEST_F(Analytics, nameTheFaceByTheRuleOfDlStreamersPython)
{
    const std::string folder = makeFolder();
    std::ofstream(folder + "/labels") << "[labels]\nGrace Hopper=Grace\n";
    start("detector=cascade labels-file=" + folder + "/labels");
    std::vector<std::string> classes;
    EXPECT_TRUE(identify->pushUntil(scene, [&](GstBuffer *buffer) {
        for (const ReadObject &object : readObjects(buffer)) {
            EXPECT_FALSE(hasTypeListForDlStreamer(buffer, object.id));
            classes = classesForDlStreamer(buffer, object.id);
            EXPECT_EQ(classes.empty(), readFaces(buffer)[0].status == "pending");
        }
        return hasStatus(buffer, "identified");
    }));
    EXPECT_EQ(classes, std::vector<std::string>{"Grace"});
    removeFolder(folder);
}

TEST_F(Analytics, haveDisplayNamesEscapedForPango)
{
    const std::string folder = makeFolder();
    const std::string file = folder + "/labels";
    start("detector=cascade");
    objectsOnceIdentified(scene);
    GstBuffer *named = identify->push(gst_buffer_copy(scene));
    const std::string who = readFaces(named).at(0).templateId;
    gst_buffer_unref(named);
    std::ofstream(file) << "[labels]\n" << who << "=Hopper & <Sons>\n";
    identify.reset();
    gst_clear_buffer(&scene);

    start("detector=cascade labels-file=" + file);
    const auto objects = objectsOnceIdentified(scene);
    ASSERT_EQ(objects.size(), 1U);
    ASSERT_EQ(objects[0].classes.size(), 1U);
    EXPECT_EQ(objects[0].classes[0].first, "Hopper &amp; &lt;Sons&gt;");
    removeFolder(folder);
}

TEST_F(Analytics, areDrawnByObjectdetectionoverlayWithTheName)
{
    GstElementFactory *factory = gst_element_factory_find("objectdetectionoverlay");
    if (!factory)
        GTEST_SKIP() << "objectdetectionoverlay is not installed";
    gst_object_unref(factory);
    const std::string folder = makeFolder();
    const std::string file = folder + "/labels";
    std::ofstream(file) << "[labels]\nGrace Hopper=A & <B>\n";
    static unsigned complaints;
    complaints = 0;
    const auto count = [](const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer) {
        complaints += level <= G_LOG_LEVEL_WARNING && g_strcmp0(domain, "Pango") == 0;
        g_printerr("%s: %s\n", domain, text);
    };
    g_log_set_default_handler(count, nullptr);

    GstHarness *harness = gst_harness_new_parse(
        ("ootoidentify detector=cascade backpressure=true analysis-rate=0/1 " +
         service.properties() + " labels-file=" + file + " ! objectdetectionoverlay")
            .c_str());
    gst_harness_set_src_caps_str(harness, Identify::defaultCaps);
    scene = makeScene(infoOf(Identify::defaultCaps), {{photos::hopperFile, 120, 40, 400}});
    bool named = false;
    std::size_t changed = 0;
    for (int i = 0; i < 100 && changed == 0; ++i) {
        GstBuffer *frame = gst_buffer_copy_deep(scene);
        GST_BUFFER_PTS(frame) = static_cast<GstClockTime>(i) * 40 * GST_MSECOND;
        GstBuffer *out = gst_harness_push_and_pull(harness, frame);
        const auto faces = readFaces(out);
        named = hasStatus(out, "identified");
        if (named) {
            // Above the box, where the text is.
            GstMapInfo before;
            GstMapInfo after;
            gst_buffer_map(scene, &before, GST_MAP_READ);
            gst_buffer_map(out, &after, GST_MAP_READ);
            const int top = static_cast<int>(faces[0].box.y * 480);
            const int left = static_cast<int>(faces[0].box.x * 640);
            for (int y = std::max(0, top - 12); y < top - 2; ++y)
                for (int x = left; x < left + 60; ++x)
                    changed += before.data[y * 640 + x] != after.data[y * 640 + x];
            gst_buffer_unmap(scene, &before);
            gst_buffer_unmap(out, &after);
        }
        gst_buffer_unref(out);
    }
    g_log_set_default_handler(g_log_default_handler, nullptr);
    gst_harness_teardown(harness);
    removeFolder(folder);
    EXPECT_TRUE(named);
    EXPECT_GT(changed, 20U);
    EXPECT_EQ(complaints, 0U) << "a name that is no markup";
}

TEST_F(Analytics, useADetectionOfSomebodyUpstream)
{
    start("detector=upstream roi-type=head");
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(scene);
    GstAnalyticsODMtd object;
    GstAnalyticsTrackingMtd track;
    ASSERT_TRUE(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_static_string("head"),
                                                       235, 105, 180, 180, 0.6F, &object));
    ASSERT_TRUE(gst_analytics_relation_meta_add_tracking_mtd(meta, 4242, 0, &track));
    gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, object.id,
                                             track.id);
    std::vector<ReadFace> faces;
    std::size_t objects = 0;
    std::size_t classes = 0;
    std::size_t contained = 0;
    EXPECT_TRUE(identify->pushUntil(scene, [&](GstBuffer *buffer) {
        faces = readFaces(buffer);
        GstAnalyticsRelationMeta *seen = gst_buffer_get_analytics_relation_meta(buffer);
        objects = classes = contained = 0;
        gpointer state = nullptr;
        GstAnalyticsMtd found;
        while (
            gst_analytics_relation_meta_iterate(seen, &state, GST_ANALYTICS_MTD_TYPE_ANY, &found)) {
            const auto type = gst_analytics_mtd_get_mtd_type(&found);
            objects += type == gst_analytics_od_mtd_get_mtd_type();
            if (type == gst_analytics_cls_mtd_get_mtd_type()) {
                const auto there =
                    gst_analytics_relation_meta_get_relation(seen, object.id, found.id);
                classes += there == relatedOrPart;
                contained += there == GST_ANALYTICS_REL_TYPE_CONTAIN;
            }
        }
        return hasStatus(buffer, "identified");
    }));
    EXPECT_EQ(objects, 1U) << "theirs";
    EXPECT_EQ(classes, 1U);
    EXPECT_EQ(contained, 1U);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces[0].trackId, 4242U);
}

TEST_F(Analytics, aScoreThatIsNoNumberIsNone)
{
    start("detector=upstream dry-run=true");
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(scene);
    GstAnalyticsODMtd object;
    ASSERT_TRUE(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_static_string("face"),
                                                       235, 105, 180, 180, NAN, &object));
    for (int i = 0; i < 3; ++i)
        gst_buffer_unref(identify->push(gst_buffer_copy(scene)));
    const auto messages = identify->messages("ooto-face");
    ASSERT_FALSE(messages.empty());
    EXPECT_NE(stringField(messages[0].get(), "json").find("\"detection-score\""),
              std::string::npos);
}
