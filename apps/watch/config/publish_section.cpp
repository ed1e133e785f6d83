// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/publish_section.h"

#include "config/camera_uri.h"
#include "config/credentials_check.h"
#include "config/nearest_name.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

void takeKey(TargetConfig &target, const Entry &entry, Reading &reading)
{
    PropertyProbe &probe = reading.publish;
    if (!probe.has(entry.key)) {
        reading.findings.mistake(entry.origin, "is no property of ootopublish" +
                                                   meantName(entry.key, probe.names()));
        return;
    }
    if (entry.key == "uri" && !entry.broken && !entry.value.empty()) {
        if (const auto wrong = wrongInTargetUri(entry.text())) {
            reading.findings.mistake(entry.origin, *wrong);
            return;
        }
    }
    takeProperty(target.properties, entry, probe, reading);
}

bool isWritten(const Section &section, const char *key)
{
    return std::any_of(section.entries.begin(), section.entries.end(), [&](const Entry &entry) {
        return entry.key == key && (entry.broken || !entry.value.empty());
    });
}

} // namespace

TargetConfig readPublishSection(const Section &section, Reading &reading)
{
    TargetConfig target{.name = section.name, .properties = {}, .origin = section.origin};
    if (!reading.publish.isThere()) // which is told elsewhere
        return target;
    for (const Entry &entry : section.entries)
        takeKey(target, entry, reading);
    const Setting *credentials = findSetting(target.properties, "credentials-file");
    const bool unknown = !credentials && isWritten(section, "credentials-file");
    if (!isWritten(section, "uri") && !unknown &&
        (!credentials || !hasCredential(*credentials, "publish", "uri")))
        reading.findings.mistake(section.origin, "needs uri, here or in the group [publish] of its "
                                                 "credentials-file");
    return target;
}

} // namespace ooto::watch
