// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/open_faces.h"

#include "metadata/face_fields.h"
#include "metadata/structure_json.h"
#include "system/iso_time.h"

#include <chrono>

namespace ooto::publish
{

namespace field = metadata::field;

namespace
{

constexpr const char *stopped = "stopped";
constexpr std::size_t mostKept = 256; ///< as many as a buffer may show

void makeEnd(GstStructure *face, const std::string &eventId)
{
    gst_structure_remove_fields(face, field::sequence, field::photo, field::frame, field::json,
                                field::ageMs, field::late, nullptr);
    gst_structure_set(face, field::type, G_TYPE_STRING,
                      std::string(core::eventName(core::FaceEventType::End)).c_str(),
                      field::eventId, G_TYPE_STRING, eventId.c_str(), field::reason, G_TYPE_STRING,
                      stopped, field::received, G_TYPE_STRING,
                      system::iso8601(std::chrono::system_clock::now()).c_str(), nullptr);
    gst_structure_set(face, field::json, G_TYPE_STRING, metadata::toJson(face).c_str(), nullptr);
}

/** Tracks are numbered anew in each run. */
bool isOf(const GstStructure *event, const core::FaceLedger::Open &open)
{
    const char *visit = gst_structure_get_string(event, field::visitId);
    return open.visitId == (visit ? visit : "");
}

/** Of a face that only buffers told of. */
element::StructureHandle bareFace(const core::FaceLedger::Open &open, const std::string &camera)
{
    return element::StructureHandle(gst_structure_new(
        metadata::faceMessageName, field::camera, G_TYPE_STRING, camera.c_str(), field::trackId,
        G_TYPE_UINT64, static_cast<guint64>(open.trackId), field::visitId, G_TYPE_STRING,
        open.visitId.c_str(), field::status, G_TYPE_STRING,
        std::string(core::statusName(core::Status::Pending)).c_str(), nullptr));
}

} // namespace

void OpenFaces::note(const metadata::FaceMessage &event, const GstStructure *structure)
{
    const bool isEnd = event.type == core::FaceEventType::End;
    const std::uint64_t track = event.face.trackId.value_or(0);
    ledger_.note({.eventId = event.eventId,
                  .sequence = event.sequence,
                  .trackId = track,
                  .visitId = event.face.visitId,
                  .isNew = event.type == core::FaceEventType::New,
                  .isEnd = isEnd,
                  .isLate = event.late});
    if (isEnd)
        last_.erase(track);
    // A late answer is the last word on a face that was ended here.
    if (!ledger_.isOpen(track) && !last_.contains(track))
        return;
    element::StructureHandle copy(gst_structure_copy(structure));
    gst_structure_remove_fields(copy.get(), field::photo, field::frame, field::json, nullptr);
    last_[track] = std::move(copy);
}

void OpenFaces::noteShown(const std::vector<metadata::ReadFace> &faces)
{
    for (const metadata::ReadFace &face : faces) {
        if (face.trackId)
            ledger_.noteShown(*face.trackId, face.visitId);
    }
}

std::vector<element::StructureHandle> OpenFaces::endAll(const std::string &camera)
{
    std::vector<element::StructureHandle> ends;
    for (const core::FaceLedger::Open &open : ledger_.endAll()) {
        const auto last = last_.find(open.trackId);
        element::StructureHandle face =
            last != last_.end() && isOf(last->second.get(), open)
                ? element::StructureHandle(gst_structure_copy(last->second.get()))
                : bareFace(open, camera);
        std::string eventId = open.newEventId.empty()
                                  ? open.visitId + "-" + std::to_string(open.trackId)
                                  : open.newEventId;
        eventId += "-end";
        // Whoever drops what came twice has to get each of them.
        if (open.ends > 0)
            eventId += "-" + std::to_string(open.ends + 1);
        makeEnd(face.get(), eventId);
        ends.push_back(std::move(face));
    }
    // They may come back without a word, on buffers. Tracks are numbered in the order in which they
    // come.
    while (last_.size() > mostKept)
        last_.erase(last_.begin());
    return ends;
}

void OpenFaces::forget(const Forgotten &forgotten)
{
    for (auto &[track, last] : last_) {
        const auto event = metadata::readFaceMessage(last.get());
        if (!event)
            continue;
        if (auto obscured = forgotten.obscured(event->face, last.get()))
            last = std::move(obscured);
    }
}

} // namespace ooto::publish
