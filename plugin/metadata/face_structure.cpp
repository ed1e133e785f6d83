// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/face_structure.h"

#include "element/handles.h"
#include "metadata/event_ids.h"
#include "metadata/face_fields.h"
#include "metadata/facts.h"

namespace ooto::metadata
{

namespace
{

void setString(GstStructure *structure, const char *field, const std::optional<std::string> &value)
{
    if (value)
        gst_structure_set(structure, field, G_TYPE_STRING, value->c_str(), nullptr);
}

void setDouble(GstStructure *structure, const char *field, const std::optional<double> &value)
{
    if (value)
        gst_structure_set(structure, field, G_TYPE_DOUBLE, *value, nullptr);
}

void setBoolean(GstStructure *structure, const char *field, const std::optional<bool> &value)
{
    if (value)
        gst_structure_set(structure, field, G_TYPE_BOOLEAN, *value, nullptr);
}

void setPts(GstStructure *structure, const char *field,
            const std::optional<core::FrameTimes> &times)
{
    if (times && times->pts)
        gst_structure_set(structure, field, G_TYPE_UINT64,
                          static_cast<guint64>(times->pts->count()), nullptr);
}

/** Sets a GstValueArray. */
void setDoubles(GstStructure *structure, const char *field, const double *values, std::size_t count)
{
    GValue array = G_VALUE_INIT;
    gst_value_array_init(&array, static_cast<guint>(count));
    for (std::size_t i = 0; i < count; ++i) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, G_TYPE_DOUBLE);
        g_value_set_double(&value, values[i]);
        gst_value_array_append_and_take_value(&array, &value);
    }
    gst_structure_take_value(structure, field, &array);
}

void setBox(GstStructure *structure, const char *field, const core::Box &box)
{
    const double values[] = {box.x, box.y, box.width, box.height};
    setDoubles(structure, field, values, G_N_ELEMENTS(values));
}

void setLandmarks(GstStructure *structure, const core::Landmarks &landmarks)
{
    double values[2 * std::tuple_size_v<core::Landmarks>] = {};
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        values[2 * i] = landmarks[i].x;
        values[2 * i + 1] = landmarks[i].y;
    }
    setDoubles(structure, field::landmarks, values, G_N_ELEMENTS(values));
}

void setJudgement(GstStructure *structure, const std::optional<core::Judgement> &judgement,
                  const char *score, const char *fine)
{
    if (!judgement)
        return;
    setDouble(structure, score, judgement->score);
    setBoolean(structure, fine, judgement->fine);
}

void setQuality(GstStructure *structure, const core::Answer &answer)
{
    const element::StructureHandle quality(gst_structure_new_empty(field::quality));
    for (std::size_t i = 0; i < core::qualityNames.size(); ++i) {
        const std::string name(core::qualityNames[i]);
        setJudgement(quality.get(), answer.quality[i], name.c_str(),
                     (name + field::fineEnding).c_str());
    }
    if (gst_structure_n_fields(quality.get()) > 0)
        gst_structure_set(structure, field::quality, GST_TYPE_STRUCTURE, quality.get(), nullptr);

    setDouble(structure, field::pitch, answer.pitch);
    setDouble(structure, field::yaw, answer.yaw);
    setDouble(structure, field::roll, answer.roll);
}

void setShot(GstStructure *structure, const core::ShotQuality &shot)
{
    const element::StructureHandle parts(gst_structure_new(
        field::shot, field::shotTotal, G_TYPE_DOUBLE, shot.total, field::shotSize, G_TYPE_DOUBLE,
        shot.size, field::shotSharpness, G_TYPE_DOUBLE, shot.sharpness, field::shotExposure,
        G_TYPE_DOUBLE, shot.exposure, field::shotFrontality, G_TYPE_DOUBLE, shot.frontality,
        field::shotEdge, G_TYPE_DOUBLE, shot.edge, field::shotCrowding, G_TYPE_DOUBLE,
        shot.crowding, nullptr));
    gst_structure_set(structure, field::shot, GST_TYPE_STRUCTURE, parts.get(), nullptr);
}

/** Under a name of its own where it is not who the face is: people read it without `status`. */
const char *templateField(const core::FaceView &face)
{
    const bool judged =
        face.status == core::Status::Identified || face.status == core::Status::Spoof;
    return judged && face.isMatch ? field::templateId : field::nearestTemplateId;
}

void describeAnswer(GstStructure *structure, const core::FaceView &face, unsigned facts)
{
    const core::Answer &answer = *face.answer;
    if (facts & FactIdentity) {
        setString(structure, templateField(face), answer.templateId);
        setDouble(structure, field::similarity, answer.similarity);
    }
    if (facts & FactLiveness)
        setJudgement(structure, answer.liveness, field::livenessScore, field::livenessFine);
    if (facts & FactDeepfake)
        setJudgement(structure, answer.deepfake, field::deepfakeScore, field::deepfakeFine);
    if (facts & FactQuality)
        setQuality(structure, answer);
    if (facts & FactDemography) {
        setString(structure, field::gender, answer.gender);
        setString(structure, field::race, answer.race);
        if (answer.age)
            gst_structure_set(structure, field::age, G_TYPE_INT, *answer.age, nullptr);
    }
    setString(structure, field::transactionId, answer.transactionId);
}

} // namespace

std::string displayNameOf(const ReportContext &context, const core::FaceView &face)
{
    const bool known =
        face.status == core::Status::Identified && face.answer && face.answer->templateId;
    return known && context.labels ? labelOf(*context.labels, *face.answer->templateId) : "";
}

void describeKnown(GstStructure *structure, const core::FaceView &face,
                   const ReportContext &context)
{
    const std::string visit =
        face.visitName ? *face.visitName : visitId(context.camera, face.visit);
    gst_structure_set(structure, field::camera, G_TYPE_STRING, context.camera.c_str(),
                      field::trackId, G_TYPE_UINT64, static_cast<guint64>(face.trackId),
                      field::visitId, G_TYPE_STRING, visit.c_str(), field::status, G_TYPE_STRING,
                      core::statusName(face.status).data(), field::frameWidth, G_TYPE_UINT,
                      static_cast<guint>(context.frame.width), field::frameHeight, G_TYPE_UINT,
                      static_cast<guint>(context.frame.height), field::attempts, G_TYPE_UINT,
                      face.attempts, nullptr);
    if (face.visitName)
        gst_structure_set(structure, field::visitContinued, G_TYPE_BOOLEAN, TRUE, nullptr);
    if (face.reason != core::Reason::None)
        gst_structure_set(structure, field::reason, G_TYPE_STRING,
                          core::reasonName(face.reason).data(), nullptr);
    if (face.refusal)
        gst_structure_set(structure, field::errorCode, G_TYPE_INT, face.refusal->code,
                          field::errorInfo, G_TYPE_STRING, face.refusal->text.c_str(), nullptr);
    if (face.landmarks && (context.facts & FactLandmarks))
        setLandmarks(structure, *face.landmarks);
    setPts(structure, field::askedPts, face.asked);
    setPts(structure, field::answeredPts, face.answered);
    if (face.shot)
        setShot(structure, *face.shot);
    if (face.answer)
        describeAnswer(structure, face, context.facts);
    const std::string name = displayNameOf(context, face);
    if (!name.empty() && (context.facts & FactIdentity))
        gst_structure_set(structure, field::name, G_TYPE_STRING, name.c_str(), nullptr);
}

void describePlace(GstStructure *structure, const core::FaceView &face)
{
    gst_structure_set(structure, field::detectionScore, G_TYPE_DOUBLE, face.detectionScore,
                      nullptr);
    setBox(structure, field::box, face.box);
    if (face.serviceBox)
        setBox(structure, field::serviceBox, *face.serviceBox);
}

void describeFace(GstStructure *structure, const core::FaceView &face, const ReportContext &context)
{
    describeKnown(structure, face, context);
    describePlace(structure, face);
    if (context.ownRegions)
        gst_structure_set(structure, field::roiId, G_TYPE_INT, face.trackId, nullptr);
}

} // namespace ooto::metadata
