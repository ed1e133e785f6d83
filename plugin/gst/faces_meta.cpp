// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/faces_meta.h"

#include "gst/handles.h"
#include "gst/settings.h"

#include <algorithm>
#include <cmath>

namespace ooto::gst
{

namespace
{

/** A classification as DL Streamer's gvametaconvert and gvawatermark read it. */
GstStructure *classification(const char *attribute, const char *label, double confidence,
                             int labelId)
{
    return gst_structure_new(attribute, "label", G_TYPE_STRING, label, "model_name", G_TYPE_STRING,
                             "ooto", "confidence", G_TYPE_DOUBLE, confidence, "label_id",
                             G_TYPE_INT, labelId, "attribute_name", G_TYPE_STRING, attribute,
                             "type", G_TYPE_STRING, "classification_result", nullptr);
}

void addVerdict(GstVideoRegionOfInterestMeta *roi, const std::optional<core::Judgement> &judgement,
                const char *attribute, const char *good, const char *bad)
{
    if (!judgement || !judgement->fine)
        return;
    const bool fine = *judgement->fine;
    gst_video_region_of_interest_meta_add_param(
        roi,
        classification(attribute, fine ? good : bad, judgement->score.value_or(0), fine ? 0 : 1));
}

void addAnswer(GstVideoRegionOfInterestMeta *roi, const core::FaceView &face,
               const ReportContext &context)
{
    const core::Answer &answer = *face.answer;
    const unsigned facts = context.facts;
    if (facts & FactIdentity) {
        const bool known = face.status == core::Status::Identified && answer.templateId;
        gst_video_region_of_interest_meta_add_param(
            roi, classification("identity", known ? nameOf(context, face).c_str() : "unknown",
                                answer.similarity.value_or(0), known ? 0 : -1));
    }
    if (facts & FactLiveness)
        addVerdict(roi, answer.liveness, "liveness", "live", "spoof");
    if (facts & FactDeepfake)
        addVerdict(roi, answer.deepfake, "deepfake", "genuine", "fake");
}

void addRoi(GstBuffer *buffer, const core::FaceView &face, const ReportContext &context,
            int offsetX, int offsetY)
{
    const int frameWidth = context.frame.width;
    const int frameHeight = context.frame.height;
    const core::Box px = core::scaled(face.box, frameWidth, frameHeight);
    const int left = std::clamp(static_cast<int>(std::lround(px.x)), 0, frameWidth - 1);
    const int top = std::clamp(static_cast<int>(std::lround(px.y)), 0, frameHeight - 1);
    const int right = std::clamp(static_cast<int>(std::lround(px.right())), left + 1, frameWidth);
    const int bottom = std::clamp(static_cast<int>(std::lround(px.bottom())), top + 1, frameHeight);

    GstVideoRegionOfInterestMeta *roi = gst_buffer_add_video_region_of_interest_meta(
        buffer, "face", offsetX + left, offsetY + top, right - left, bottom - top);
    roi->id = face.trackId;
    gst_video_region_of_interest_meta_add_param(
        roi,
        gst_structure_new("detection", "x_min", G_TYPE_DOUBLE, face.box.x, "x_max", G_TYPE_DOUBLE,
                          face.box.right(), "y_min", G_TYPE_DOUBLE, face.box.y, "y_max",
                          G_TYPE_DOUBLE, face.box.bottom(), "confidence", G_TYPE_DOUBLE,
                          face.detectionScore, "label_id", G_TYPE_INT, 0, nullptr));
    gst_video_region_of_interest_meta_add_param(
        roi, gst_structure_new("object_id", "id", G_TYPE_INT, face.trackId, nullptr));
    if (face.answer)
        addAnswer(roi, face, context);
}

void setNotices(GstStructure *structure, const StreamNotices &notices)
{
    if (!notices.serviceState.empty())
        gst_structure_set(structure, "service-state", G_TYPE_STRING, notices.serviceState.c_str(),
                          "service-reason", G_TYPE_STRING, notices.serviceReason.c_str(), nullptr);
    if (!notices.notice.empty())
        gst_structure_set(structure, "notice", G_TYPE_STRING, notices.notice.c_str(), nullptr);
}

/** The structure of the buffer's meta, new or found. */
GstStructure *facesStructure(GstBuffer *buffer)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, facesMetaName);
    if (!meta)
        meta = gst_buffer_add_custom_meta(buffer, facesMetaName);
    return meta ? gst_custom_meta_get_structure(meta) : nullptr;
}

} // namespace

void registerFacesMeta()
{
    static const gchar *tags[] = {GST_META_TAG_VIDEO_STR, nullptr};
    if (!gst_meta_get_info(facesMetaName))
        gst_meta_register_custom(facesMetaName, tags, nullptr, nullptr, nullptr);
}

void attachFaces(GstBuffer *buffer, const std::vector<core::FaceView> &faces,
                 const ReportContext &context, const StreamNotices &notices, int offsetX,
                 int offsetY)
{
    GstStructure *structure = facesStructure(buffer);
    if (!structure)
        return;

    GValue array = G_VALUE_INIT;
    const GValue *found = gst_structure_get_value(structure, "faces");
    gst_value_array_init(&array, static_cast<guint>(faces.size()));
    if (found && GST_VALUE_HOLDS_ARRAY(found))
        g_value_copy(found, &array);
    for (const core::FaceView &face : faces) {
        GstStructure *described = gst_structure_new_empty("face");
        describeFace(described, face, context);
        GValue value = G_VALUE_INIT;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, described);
        gst_value_array_append_and_take_value(&array, &value);
        addRoi(buffer, face, context, offsetX, offsetY);
    }
    gst_structure_take_value(structure, "faces", &array);
    setNotices(structure, notices);
}

} // namespace ooto::gst
