// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/analytics.h"

#include "metadata/face_fields.h"
#include "metadata/facts.h"
#include "system/handles.h"

#include <gst/analytics/analytics.h>

#include <algorithm>
#include <atomic>

namespace ooto::metadata
{

namespace
{

// Quarks are for ever, and display names may be as many as there are people.
constexpr unsigned mostLabels = 1024;

/** What GStreamer's objectdetectionoverlay goes by: the first class that is related. */
constexpr auto forOverlays = static_cast<GstAnalyticsRelTypes>(GST_ANALYTICS_REL_TYPE_RELATE_TO |
                                                               GST_ANALYTICS_REL_TYPE_CONTAIN);
/**
 * What DL Streamer's Python goes by (python/gstgva/region_of_interest.py): classes whose relation
 * is this and no other. One that is RELATE_TO and no other it takes for the list of the detection's
 * types, and fails when the detection's is not in it.
 */
constexpr auto forDlStreamer = GST_ANALYTICS_REL_TYPE_CONTAIN;

/** The quark of a display name; that of `otherwise` once there were too many. */
GQuark labelQuark(const std::string &name, const char *otherwise)
{
    static std::atomic<unsigned> made{0};
    // objectdetectionoverlay, alone among the readers, takes labels for Pango's markup.
    const system::CharsHandle escaped(g_markup_escape_text(name.c_str(), -1));
    GQuark quark = g_quark_try_string(escaped.get());
    // Not counted further then: the counter would come round some day.
    if (quark == 0 && made < mostLabels && ++made <= mostLabels)
        quark = g_quark_from_string(escaped.get());
    return quark ? quark : g_quark_from_static_string(otherwise);
}

/** The display name of labels-file only: template ids are as many as there are people. */
GQuark identityQuark(const core::FaceView &face, const ReportContext &context)
{
    if (face.status == core::Status::Spoof)
        return g_quark_from_static_string("spoof");
    if (face.status != core::Status::Identified)
        return g_quark_from_static_string("unknown");
    const std::string name = displayNameOf(context, face);
    return name.empty() ? g_quark_from_static_string("identified") : labelQuark(name, "identified");
}

void addClass(GstAnalyticsRelationMeta *meta, guint object, GQuark label, double score,
              GstAnalyticsRelTypes relation)
{
    GstAnalyticsClsMtd added;
    if (!gst_analytics_relation_meta_add_one_cls_mtd(meta, static_cast<gfloat>(score), label,
                                                     &added))
        return;
    gst_analytics_relation_meta_set_relation(meta, relation, object, added.id);
    gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_IS_PART_OF, added.id,
                                             object);
}

/** Identity first: objectdetectionoverlay shows the first class that it finds. */
void addClasses(GstAnalyticsRelationMeta *meta, guint object, const core::FaceView &face,
                const ReportContext &context)
{
    const core::Answer &answer = *face.answer;
    for (const GstAnalyticsRelTypes relation : {forOverlays, forDlStreamer}) {
        if (context.facts & FactIdentity)
            addClass(meta, object, identityQuark(face, context), answer.similarity.value_or(0),
                     relation);
        if ((context.facts & FactLiveness) && answer.liveness && answer.liveness->fine)
            addClass(meta, object,
                     g_quark_from_static_string(*answer.liveness->fine ? "live" : "spoof"),
                     answer.liveness->score.value_or(0), relation);
    }
}

/** In the time of the buffer's timestamps, as other elements write it. */
GstClockTime firstSeen(GstBuffer *buffer, const core::FaceView &face, const ReportContext &context)
{
    const gint64 ago = (context.runningTime - face.firstSeen).count();
    if (!GST_BUFFER_PTS_IS_VALID(buffer))
        return static_cast<GstClockTime>(std::max<gint64>(0, face.firstSeen.count()));
    const auto pts = static_cast<gint64>(GST_BUFFER_PTS(buffer));
    return static_cast<GstClockTime>(std::max<gint64>(0, pts - std::max<gint64>(0, ago)));
}

void addTrack(GstAnalyticsRelationMeta *meta, guint object, GstBuffer *buffer,
              const core::FaceView &face, const ReportContext &context)
{
    GstAnalyticsTrackingMtd added;
    if (!gst_analytics_relation_meta_add_tracking_mtd(meta, static_cast<guint64>(face.trackId),
                                                      firstSeen(buffer, face, context), &added))
        return;
    if (GST_BUFFER_PTS_IS_VALID(buffer))
        gst_analytics_tracking_mtd_update_last_seen(&added, GST_BUFFER_PTS(buffer));
    gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, object,
                                             added.id);
}

/** The number that a detection is followed by. */
std::optional<std::uint64_t> trackOf(GstAnalyticsRelationMeta *meta, guint object)
{
    gpointer state = nullptr;
    GstAnalyticsMtd related;
    // Getters of 1.24 write to what they are given unasked.
    guint64 id = 0;
    GstClockTime first = 0;
    GstClockTime last = 0;
    gboolean lost = FALSE;
    if (!gst_analytics_relation_meta_get_direct_related(meta, object, GST_ANALYTICS_REL_TYPE_ANY,
                                                        gst_analytics_tracking_mtd_get_mtd_type(),
                                                        &state, &related) ||
        !gst_analytics_tracking_mtd_get_info(&related, &id, &first, &last, &lost))
        return std::nullopt;
    return id;
}

} // namespace

std::vector<AnalyticsObject> analyticsObjects(GstBuffer *buffer, const std::string &type)
{
    std::vector<AnalyticsObject> objects;
    const GQuark wanted = g_quark_try_string(type.c_str());
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    if (!meta || wanted == 0)
        return objects;
    gpointer state = nullptr;
    GstAnalyticsMtd found;
    while (gst_analytics_relation_meta_iterate(meta, &state, gst_analytics_od_mtd_get_mtd_type(),
                                               &found)) {
        gint x = 0;
        gint y = 0;
        gint width = 0;
        gint height = 0;
        gfloat score = 0;
        if (gst_analytics_od_mtd_get_obj_type(&found) != wanted ||
            !gst_analytics_od_mtd_get_location(&found, &x, &y, &width, &height, &score))
            continue;
        objects.push_back({found.id,
                           {double(x), double(y), double(width), double(height)},
                           double(score),
                           trackOf(meta, found.id)});
    }
    return objects;
}

void addAnalytics(GstBuffer *buffer, const core::FaceView &face, const ReportContext &context,
                  const GstVideoRectangle &px, const std::optional<AnalyticsObject> &known)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    if (!meta)
        meta = gst_buffer_add_analytics_relation_meta(buffer);
    GstAnalyticsODMtd object{};
    if (known)
        object.id = known->id;
    else if (!gst_analytics_relation_meta_add_od_mtd(
                 meta, g_quark_from_static_string(faceType), px.x, px.y, px.w, px.h,
                 static_cast<gfloat>(face.detectionScore), &object))
        return;
    if (face.answer)
        addClasses(meta, object.id, face, context);
    if (!known || !known->objectId)
        addTrack(meta, object.id, buffer, face, context);
}

} // namespace ooto::metadata
