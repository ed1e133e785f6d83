// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/reports.h"

#include "metadata/event_ids.h"
#include "metadata/face_fields.h"
#include "metadata/picture.h"
#include "metadata/structure_json.h"
#include "system/iso_time.h"

namespace ooto::metadata
{

namespace
{

void setTime(GstStructure *structure, const char *field,
             const std::optional<core::StreamTime> &time)
{
    if (time && time->count() >= 0)
        gst_structure_set(structure, field, G_TYPE_UINT64, static_cast<guint64>(time->count()),
                          nullptr);
}

void setWallClock(GstStructure *structure, const char *field,
                  std::chrono::system_clock::time_point time)
{
    gst_structure_set(structure, field, G_TYPE_STRING, system::iso8601(time).c_str(), nullptr);
}

void setWhen(GstStructure *structure, const core::FaceEvent &event)
{
    setTime(structure, field::pts, event.times.pts);
    setTime(structure, field::runningTime,
            event.times.ownRunningTime.value_or(event.times.runningTime));
    setTime(structure, field::streamTime, event.times.streamTime);
    setWallClock(structure, field::wallClock, event.times.wallClock);
    setWallClock(structure, field::received, event.times.received);
    setWallClock(structure, field::since, event.face.since);
    if (event.face.asked)
        setWallClock(structure, field::askedWallClock, event.face.asked->wallClock);
    if (event.lastSeen) {
        setTime(structure, field::lastSeenPts, event.lastSeen->pts);
        setWallClock(structure, field::lastSeenWallClock, event.lastSeen->wallClock);
    }
    if (event.photoAge)
        gst_structure_set(structure, field::ageMs, G_TYPE_UINT,
                          static_cast<guint>(event.photoAge->count()), nullptr);
}

void setSample(GstStructure *structure, const core::FaceEvent &event)
{
    if (!event.photo)
        return;
    const element::BufferHandle buffer(
        gst_buffer_new_memdup(event.photo->data(), event.photo->size()));
    const element::CapsHandle caps(
        gst_caps_new_empty_simple(event.photoIsPng ? "image/png" : "image/jpeg"));
    const element::SampleHandle sample(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr));
    gst_structure_set(structure, field::photo, GST_TYPE_SAMPLE, sample.get(), nullptr);
}

void attach(GstStructure *structure, const core::FaceEvent &event, Attached attached)
{
    if (attached == Attached::Sample)
        setSample(structure, event);
    if (attached == Attached::Picture || attached == Attached::PictureAndFrame)
        setPicture(structure, field::photo, {event.photo, event.photoIsPng});
    if (attached == Attached::PictureAndFrame)
        setPicture(structure, field::frame, {event.frame, false});
}

void setCalls(GstStructure *structure, const CallCount &calls)
{
    gst_structure_set(structure, field::callsToday, G_TYPE_UINT64,
                      static_cast<guint64>(calls.today), nullptr);
    if (calls.left)
        gst_structure_set(structure, field::budgetLeft, G_TYPE_UINT64,
                          static_cast<guint64>(*calls.left), nullptr);
}

void setJson(GstStructure *structure)
{
    gst_structure_set(structure, field::json, G_TYPE_STRING, toJson(structure).c_str(), nullptr);
}

} // namespace

element::StructureHandle faceReport(const core::FaceEvent &event, const ReportContext &context,
                                    Attached attached)
{
    element::StructureHandle report(gst_structure_new(
        faceMessageName, field::type, G_TYPE_STRING, core::eventName(event.type).data(),
        field::eventId, G_TYPE_STRING, eventId(event.number).c_str(), nullptr));
    if (event.sequence)
        gst_structure_set(report.get(), field::sequence, G_TYPE_UINT64,
                          static_cast<guint64>(*event.sequence), nullptr);
    describeFace(report.get(), event.face, context);
    setWhen(report.get(), event);
    if (event.late)
        gst_structure_set(report.get(), field::late, G_TYPE_BOOLEAN, TRUE, nullptr);
    setJson(report.get());
    attach(report.get(), event, attached);
    return report;
}

element::StructureHandle serviceReport(const core::ServiceState &state, const std::string &camera,
                                       const std::optional<CallCount> &calls)
{
    element::StructureHandle report(gst_structure_new(
        serviceMessageName, field::state, G_TYPE_STRING,
        core::conditionName(state.condition).data(), field::camera, G_TYPE_STRING, camera.c_str(),
        field::since, G_TYPE_STRING, system::iso8601(state.since).c_str(), nullptr));
    if (!state.reason.empty())
        gst_structure_set(report.get(), field::reason, G_TYPE_STRING, state.reason.c_str(),
                          nullptr);
    if (calls)
        setCalls(report.get(), *calls);
    setJson(report.get());
    return report;
}

element::StructureHandle noticeReport(const std::string &text, const std::string &camera)
{
    element::StructureHandle report(gst_structure_new(noticeMessageName, field::text, G_TYPE_STRING,
                                                      text.c_str(), field::camera, G_TYPE_STRING,
                                                      camera.c_str(), nullptr));
    setJson(report.get());
    return report;
}

} // namespace ooto::metadata
