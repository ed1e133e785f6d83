// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/service_news.h"

#include "metadata/face_fields.h"
#include "system/plain_text.h"

namespace ooto::watch
{

namespace
{

std::string textOf(const GstStructure *message, const char *field)
{
    const char *text = gst_structure_get_string(message, field);
    return text ? system::plainText(text) : std::string();
}

} // namespace

std::optional<ServiceSnapshot> ServiceNews::noteService(const GstStructure *message)
{
    ServiceSnapshot told{.state = textOf(message, metadata::field::state),
                         .reason = textOf(message, metadata::field::reason),
                         .since = std::chrono::system_clock::now()};
    auto known = known_.lock();
    if (told.state == known->state && told.reason == known->reason)
        return std::nullopt;
    if (told.state == known->state)
        told.since = known->since;
    *known = told;
    return told;
}

ServiceSnapshot ServiceNews::service()
{
    return *known_.lock();
}

} // namespace ooto::watch
