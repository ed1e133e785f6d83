// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/service_news.h"

#include "metadata/faces_reader.h"
#include "system/plain_text.h"

namespace ooto::watch
{

std::optional<ServiceSnapshot> ServiceNews::noteService(const GstStructure *message)
{
    const auto said = metadata::readServiceMessage(message);
    if (!said)
        return std::nullopt;
    ServiceSnapshot told{.state = system::plainText(said->state),
                         .reason = system::plainText(said->reason),
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
