// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/reading.h"

#include "config/file_access.h"
#include "config/named_file.h"
#include "system/plain_text.h"

#include <algorithm>
#include <optional>

namespace ooto::watch
{

void takeProperty(Settings &settings, const Entry &entry, PropertyProbe &probe, Reading &reading)
{
    if (entry.broken)
        return;
    Setting setting{.property = entry.key, .value = entry.value.plain(), .origin = entry.origin};
    if (const auto wrong = probe.take(setting)) {
        reading.findings.mistake(entry.origin, *wrong);
        return;
    }
    checkNamedFile(entry, reading.findings);
    if (probe.isSecret(entry.key))
        warnOfSecret(entry, reading.findings);
    std::erase_if(settings,
                  [&](const Setting &other) { return other.property == setting.property; });
    settings.push_back(std::move(setting));
}

void warnOfSecret(const Entry &entry, Findings &findings)
{
    const std::string &file = entry.origin.file;
    if (entry.broken || entry.value.empty() || entry.value.hasVariables() || !readableByAll(file))
        return;
    findings.warnOnce(entry.origin, file,
                      "is a secret in a file that everybody on this machine can read; run: chmod "
                      "o-r " +
                          system::plainText(file) + ", or write ${VAR}");
}

const Setting *findSetting(const Settings &settings, const std::string &property)
{
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting &setting) {
        return setting.property == property;
    });
    return found == settings.end() ? nullptr : &*found;
}

} // namespace ooto::watch
