// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/credentials_check.h"

#include "config/property_probe.h"
#include "config/reading.h"
#include "system/credentials_file.h"

namespace ooto::watch
{

namespace
{

constexpr const char *fileProperty = "credentials-file";

bool isGiven(const Settings &settings, const char *property, const char *variable,
             const Lookup &environment)
{
    if (const Setting *own = findSetting(settings, property); own && !own->value.empty())
        return true;
    if (const Setting *file = findSetting(settings, fileProperty);
        file && !file->value.empty() && hasCredential(*file, "ooto", property))
        return true;
    const auto value = environment(variable);
    return value && !value->empty();
}

} // namespace

bool hasCredential(const Setting &file, const std::string &group, const std::string &key)
{
    std::string ignored; // it names the file, which may come from a variable
    system::CredentialsFile credentials(file.value.reveal(), {});
    if (!credentials.load(ignored))
        return false;
    const auto value = credentials.value(group, key, ignored);
    return value && !value->empty();
}

std::optional<std::string> missingCredentials(const Settings &settings, const Lookup &environment)
{
    PropertyProbe probe("ootoidentify");
    if (!probe.isThere())
        return std::nullopt;
    for (const Setting &setting : settings)
        probe.take(setting);
    std::string missing;
    if (!isGiven(settings, "app-id", "OOTO_APP_ID", environment))
        missing = "app-id";
    if (!isGiven(settings, "app-key", "OOTO_APP_KEY", environment))
        missing += missing.empty() ? "app-key" : " and app-key";
    if (missing.empty() || probe.boolean("dry-run"))
        return std::nullopt;
    return "has no " + missing + " to ask the service with; set credentials-file, or dry-run=true";
}

} // namespace ooto::watch
