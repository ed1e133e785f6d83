// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/record_maker.h"

#include "core/publishing/slug.h"
#include "metadata/face_fields.h"
#include "metadata/structure_json.h"
#include "publish/debug.h"
#include "publish/event_json.h"
#include "system/handles.h"

#include <utility>

namespace ooto::publish
{

namespace
{

bool passes(const Settings &settings, core::FaceEventType type, core::Status status)
{
    return (settings.events & (1U << static_cast<unsigned>(type))) != 0 &&
           (settings.statuses & (1U << static_cast<unsigned>(status))) != 0;
}

std::string fileUri(const std::string &path)
{
    const system::CharsHandle uri(g_filename_to_uri(path.c_str(), nullptr, nullptr));
    return uri ? uri.get() : "";
}

} // namespace

RecordMaker::RecordMaker(const Plan &plan, std::shared_ptr<spool::PhotoFolder> photos)
    : plan_(plan), photos_(std::move(photos))
{
}

std::optional<spool::Record> RecordMaker::record(const Settings &settings,
                                                 const metadata::FaceMessage &event,
                                                 const GstStructure *structure,
                                                 const spool::Moment &received)
{
    const core::Status status = event.face.status.value_or(core::Status::Pending);
    if (!passes(settings, *event.type, status) ||
        (plan_.format && !plan_.format->wants(*event.type, status)))
        return std::nullopt;
    const char *json = gst_structure_get_string(structure, metadata::field::json);
    spool::Record record{.eventId = event.eventId,
                         .camera = event.face.camera,
                         .alias = settings.cameraAlias,
                         .visitId = event.face.visitId,
                         .templateId = event.face.templateId,
                         .type = *event.type,
                         .status = status,
                         .received = received,
                         .json = json ? json : metadata::toJson(structure),
                         .photo = {},
                         .frame = {}};
    const bool hasPhoto = event.type == core::FaceEventType::Answered && event.photo;
    if (!hasPhoto || settings.photos == Photos::None)
        return record;
    record.photo = {event.photo, event.photoIsPng};
    if (settings.framePhotos)
        record.frame = {event.frame, event.frameIsPng};
    storePhotos(record, settings);
    return record;
}

/** Before the event is sent, which gets their places. */
void RecordMaker::storePhotos(spool::Record &record, const Settings &settings)
{
    using Kind = spool::PhotoFolder::Kind;
    const bool mayBeStored = settings.photoAges().of(record.status).count() > 0;
    if (settings.wantsPhotoFiles() && mayBeStored) {
        const std::string slug = core::slug(record.camera);
        for (const Kind kind : {Kind::Face, Kind::Frame}) {
            const spool::StoredPhoto stored = photos_->store(record, kind, slug);
            if (!stored.error.empty())
                GST_WARNING("a photo was not stored: %s", stored.error.c_str());
            if (stored.path.empty())
                continue;
            const std::string uri = fileUri(stored.path);
            record.json = kind == Kind::Face ? withPhotoUri(std::move(record.json), uri)
                                             : withFrameUri(std::move(record.json), uri);
        }
    }
    if (!settings.wantsMessagePhotos()) {
        record.photo = {};
        record.frame = {};
    }
}

std::optional<Outgoing> RecordMaker::outgoing(const spool::Record &record, const spool::Moment &now,
                                              std::string &why) const
{
    Outgoing outgoing;
    outgoing.eventId = record.eventId;
    outgoing.camera = record.alias.empty() ? record.camera : record.alias;
    outgoing.type = record.type;
    outgoing.received = record.received.wall;
    outgoing.topic = plan_.settings.topic;
    outgoing.json = withDelay(record.json, now.since(record.received));
    if (!plan_.format) {
        outgoing.body = outgoing.json;
        outgoing.photo = record.photo;
        outgoing.frame = record.frame;
        return outgoing;
    }
    // The template says what goes out, the photo as well.
    auto rendered = plan_.format->render({.json = outgoing.json,
                                          .cameraAlias = record.alias,
                                          .prefix = plan_.uri.path,
                                          .photo = record.photo});
    if (!rendered) {
        why = rendered.error();
        return std::nullopt;
    }
    Rendered &parts = *rendered;
    outgoing.body = std::move(parts.body);
    outgoing.contentType = std::move(parts.contentType);
    if (outgoing.topic.empty())
        outgoing.topic = std::move(parts.topic);
    outgoing.path = std::move(parts.path);
    outgoing.method = std::move(parts.method);
    outgoing.expectedAnswer = std::move(parts.expectedAnswer);
    outgoing.retain = parts.retain;
    return outgoing;
}

} // namespace ooto::publish
