// SPDX-License-Identifier: LGPL-2.1-or-later
// What a template can name: the members of an event, and what is made from them.
#pragma once

#include "metadata/face_fields.h"
#include "publish/template.h"
#include "system/handles.h"

#include <json-glib/json-glib.h>

#include <string_view>

namespace ooto::publish
{

using JsonObjectHandle = system::Handle<JsonObject, json_object_unref>;

/** Names of what is made. docs/templates.md says what they mean. */
namespace made
{

inline constexpr const char *cameraAlias = "camera-alias";
inline constexpr const char *cameraSlug = "camera-slug";
inline constexpr const char *label = metadata::param::label;
inline constexpr const char *labelSlug = "label-slug";
inline constexpr const char *prefix = "prefix";
inline constexpr const char *eventUuid = "event-uuid";
inline constexpr const char *timeUnix = "time-unix";
inline constexpr const char *timeLocal = "time-local";
inline constexpr const char *sinceUnix = "since-unix";
inline constexpr const char *score = "score";
inline constexpr const char *scorePercent = "score-percent";
inline constexpr const char *boxShare = "box-share";
inline constexpr const char *boxPx = "box-px";
inline constexpr const char *onvif = "onvif";
inline constexpr const char *left = "left";
inline constexpr const char *top = "top";
inline constexpr const char *right = "right";
inline constexpr const char *bottom = "bottom";
inline constexpr const char *width = "width";
inline constexpr const char *height = "height";
inline constexpr const char *photoBase64 = "photo-base64";
inline constexpr const char *photoType = "photo-type";
/** Followed by the name of an event or of a status. */
inline constexpr const char *isStart = "is-";

} // namespace made

/** Empty where it is null or no string. */
std::string_view textIn(JsonNode *node);

/**
 * @param withPhoto photo-base64 is made, too, where there is a photo
 * @return null where the event's JSON is no object
 */
JsonObjectHandle templateFields(const TemplateFacts &facts, bool withPhoto);

} // namespace ooto::publish
