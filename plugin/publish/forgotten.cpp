// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/forgotten.h"

#include "metadata/face_fields.h"
#include "metadata/structure_json.h"

#include <algorithm>
#include <string>

namespace ooto::publish
{

namespace
{

namespace field = metadata::field;

constexpr std::size_t mostEntries = 256;
constexpr std::chrono::minutes remembered{10};

/** What a camera sees by itself. All else may be about the person, whoever wrote it. */
constexpr const char *harmless[] = {field::type,        field::eventId,
                                    field::sequence,    field::camera,
                                    field::trackId,     field::visitId,
                                    field::frameWidth,  field::frameHeight,
                                    field::box,         field::detectionScore,
                                    field::pts,         field::runningTime,
                                    field::streamTime,  field::wallClock,
                                    field::received,    field::since,
                                    field::ageMs,       field::late,
                                    field::lastSeenPts, field::lastSeenWallClock,
                                    field::attempts,    field::shot};

} // namespace

void Forgotten::add(const spool::Person &person, Time now)
{
    entries_.push_back({person, now});
    if (entries_.size() > mostEntries)
        entries_.pop_front();
}

void Forgotten::advance(Time now)
{
    std::erase_if(entries_, [&](const Entry &entry) { return now - entry.since > remembered; });
}

bool Forgotten::isKnown(const std::string &templateId, const std::string &visitId) const
{
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry &entry) { return entry.person.isOf(templateId, visitId); });
}

element::StructureHandle Forgotten::obscured(const metadata::ReadFace &face,
                                             const GstStructure *structure) const
{
    if (!isKnown(face.templateId, face.visitId)) {
        if (!isKnown(face.nearestTemplateId, {}))
            return {};
        element::StructureHandle stranger(gst_structure_copy(structure));
        gst_structure_remove_fields(stranger.get(), field::nearestTemplateId, field::similarity,
                                    field::json, nullptr);
        return stranger;
    }
    element::StructureHandle nobody(gst_structure_new_empty(gst_structure_get_name(structure)));
    for (const char *name : harmless) {
        if (const GValue *value = gst_structure_get_value(structure, name))
            gst_structure_set_value(nobody.get(), name, value);
    }
    metadata::ReadFace said = face;
    obscure(said);
    if (said.status)
        gst_structure_set(nobody.get(), field::status, G_TYPE_STRING,
                          std::string(core::statusName(*said.status)).c_str(), nullptr);
    if (!said.reason.empty())
        gst_structure_set(nobody.get(), field::reason, G_TYPE_STRING, said.reason.c_str(), nullptr);
    return nobody;
}

void Forgotten::obscure(metadata::ReadFace &face) const
{
    if (isKnown(face.templateId, face.visitId)) {
        metadata::ReadFace nobody;
        nobody.camera = face.camera;
        nobody.trackId = face.trackId;
        nobody.visitId = face.visitId;
        nobody.status = face.status;
        nobody.reason = face.reason;
        nobody.box = face.box;
        nobody.attempts = face.attempts;
        if (nobody.status && nobody.status != core::Status::Pending) {
            nobody.status = core::Status::Unavailable;
            nobody.reason = core::reasonName(core::Reason::Forgotten);
        }
        face = std::move(nobody);
    } else if (isKnown(face.nearestTemplateId, {})) {
        face.nearestTemplateId.clear();
        face.similarity.reset();
    }
}

} // namespace ooto::publish
