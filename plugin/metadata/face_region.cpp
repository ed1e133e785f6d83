// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/face_region.h"

#include "metadata/face_fields.h"
#include "metadata/facts.h"
#include "metadata/regions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ooto::metadata
{

namespace
{

bool has(GstVideoRegionOfInterestMeta *region, const char *param)
{
    return gst_video_region_of_interest_meta_get_param(region, param) != nullptr;
}

/** A classification as DL Streamer's gvametaconvert and gvawatermark read it. */
element::StructureHandle classification(const char *attribute, const char *label, double confidence,
                                        int labelId)
{
    return element::StructureHandle(
        gst_structure_new(attribute, param::label, G_TYPE_STRING, label, param::modelName,
                          G_TYPE_STRING, "ooto", param::confidence, G_TYPE_DOUBLE, confidence,
                          param::labelId, G_TYPE_INT, labelId, param::attributeName, G_TYPE_STRING,
                          attribute, param::kind, G_TYPE_STRING, "classification_result", nullptr));
}

void addVerdict(RegionParams &params, const std::optional<core::Judgement> &judgement,
                const char *attribute, const char *good, const char *bad)
{
    if (!judgement || !judgement->fine)
        return;
    const bool fine = *judgement->fine;
    params.push_back(
        classification(attribute, fine ? good : bad, judgement->score.value_or(0), fine ? 0 : 1));
}

void addAnswer(RegionParams &params, const core::FaceView &face, const ReportContext &context)
{
    const core::Answer &answer = *face.answer;
    const unsigned facts = context.facts;
    if (facts & FactIdentity) {
        const bool known = face.status == core::Status::Identified && answer.templateId;
        std::string name = displayNameOf(context, face);
        if (known && name.empty())
            name = *answer.templateId;
        params.push_back(classification(param::identity, known ? name.c_str() : "unknown",
                                        answer.similarity.value_or(0), known ? 0 : -1));
    }
    if (facts & FactLiveness)
        addVerdict(params, answer.liveness, param::liveness, "live", "spoof");
    if (facts & FactDeepfake)
        addVerdict(params, answer.deepfake, param::deepfake, "genuine", "fake");
}

bool isTaken(const Regions &regions, GQuark type, int id)
{
    return std::any_of(regions.begin(), regions.end(), [&](const auto *region) {
        return region->roi_type == type && region->id == id;
    });
}

} // namespace

GstVideoRectangle pixelsOf(const core::FaceView &face, const ReportContext &context, int offsetX,
                           int offsetY)
{
    const int frameWidth = context.frame.width;
    const int frameHeight = context.frame.height;
    const core::Box px = core::scaled(face.box, frameWidth, frameHeight);
    const int left = std::clamp(static_cast<int>(std::lround(px.x)), 0, frameWidth - 1);
    const int top = std::clamp(static_cast<int>(std::lround(px.y)), 0, frameHeight - 1);
    const int right = std::clamp(static_cast<int>(std::lround(px.right())), left + 1, frameWidth);
    const int bottom = std::clamp(static_cast<int>(std::lround(px.bottom())), top + 1, frameHeight);
    return {offsetX + left, offsetY + top, right - left, bottom - top};
}

void numberRegion(GstBuffer *buffer, GstVideoRegionOfInterestMeta *region,
                  const core::FaceView &face, const ReportContext &context)
{
    int id = face.trackId;
    const Regions others = context.ownRegions ? Regions() : regionsOn(buffer);
    while (isTaken(others, region->roi_type, id))
        id = id == INT32_MAX ? 1 : id + 1;
    region->id = id;
}

GstVideoRegionOfInterestMeta *addRegion(GstBuffer *buffer, const core::FaceView &face,
                                        const GstVideoRectangle &px, const ReportContext &context)
{
    static const GQuark type = g_quark_from_static_string(faceType);
    GstVideoRegionOfInterestMeta *region = gst_buffer_add_video_region_of_interest_meta_id(
        buffer, type, static_cast<guint>(px.x), static_cast<guint>(px.y), static_cast<guint>(px.w),
        static_cast<guint>(px.h));
    region->id = 0;
    numberRegion(buffer, region, face, context);
    return region;
}

RegionParams regionParams(const core::FaceView &face, const ReportContext &context)
{
    RegionParams params;
    params.emplace_back(
        gst_structure_new(param::objectId, param::id, G_TYPE_INT, face.trackId, nullptr));
    if (face.answer)
        addAnswer(params, face, context);
    return params;
}

void describeRegion(GstVideoRegionOfInterestMeta *region, const core::FaceView &face,
                    const RegionParams &params)
{
    const bool isOthers = region->params != nullptr;
    if (!isOthers || !has(region, param::detection))
        gst_video_region_of_interest_meta_add_param(
            region, gst_structure_new(param::detection, param::xMin, G_TYPE_DOUBLE, face.box.x,
                                      param::xMax, G_TYPE_DOUBLE, face.box.right(), param::yMin,
                                      G_TYPE_DOUBLE, face.box.y, param::yMax, G_TYPE_DOUBLE,
                                      face.box.bottom(), param::confidence, G_TYPE_DOUBLE,
                                      face.detectionScore, param::labelId, G_TYPE_INT, 0, nullptr));
    for (const element::StructureHandle &param : params) {
        if (!isOthers || !has(region, gst_structure_get_name(param.get())))
            gst_video_region_of_interest_meta_add_param(region, gst_structure_copy(param.get()));
    }
}

} // namespace ooto::metadata
