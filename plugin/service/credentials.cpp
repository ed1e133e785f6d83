// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/credentials.h"

#include "system/credentials_file.h"

#include <cstdlib>
#include <optional>

namespace ooto::service
{

namespace
{

/** One of the two parts, and the names under which people may give it. */
struct Part {
    const char *property; ///< also the name of its line in the key file
    const char *variable;
};
constexpr Part idPart{"app-id", "OOTO_APP_ID"};
constexpr Part keyPart{"app-key", "OOTO_APP_KEY"};

constexpr const char *group = "ooto";
constexpr const char *form = "it should read: [ooto], then lines app-id=… and app-key=…";

/** The value of a part in the file, or nothing and an error. */
system::Secret valueIn(system::CredentialsFile &file, const Part &part, std::string &error)
{
    if (!file.load(error))
        return {};
    if (!file.hasGroup(group)) {
        error = file.name() + "has no group [ooto]; " + form;
        return {};
    }
    const std::optional<system::Secret> value = file.value(group, part.property, error);
    if (!error.empty())
        return {};
    if (!value) {
        error = file.name() + "has no line " + part.property +
                "=… in its group [ooto]; add it, or " + "set the property `" + part.property + "`";
        return {};
    }
    if (value->empty())
        error = file.name() + "has an empty " + part.property + "; write it behind the =";
    return *value;
}

/** One part from the first place that has it. */
system::Secret findPart(const Part &part, const system::Secret &given,
                        system::CredentialsFile &file, std::string &error)
{
    system::Secret value = given;
    if (value.empty() && file.named()) {
        value = valueIn(file, part, error);
        if (!error.empty())
            return {};
    }
    if (value.empty()) {
        if (const char *variable = std::getenv(part.variable))
            value = system::Secret(variable);
    }
    if (value.empty()) {
        error = std::string("No ") + part.property + " is set; set the property `" + part.property +
                "`, or `credentials-file`, or the environment variable " + part.variable;
    } else if (!value.fitsHeader()) {
        error = std::string("The ") + part.property +
                " holds a line break, a control character or a letter outside of ASCII, and "
                "cannot be sent; set it again (property `" +
                part.property + "`, `credentials-file`, or " + part.variable + ")";
    }
    return value;
}

} // namespace

CredentialsResult findCredentials(const Credentials &given, const std::string &credentialsFile)
{
    system::CredentialsFile file(credentialsFile, form);
    CredentialsResult result;
    const system::Secret id = findPart(idPart, system::Secret(given.appId), file, result.error);
    if (result.error.empty())
        result.credentials.appKey = findPart(keyPart, given.appKey, file, result.error);
    if (!result.error.empty())
        return {{}, result.error};
    result.credentials.appId = id.reveal();
    return result;
}

system::Secret findSharedStatePassword(const std::string &credentialsFile, std::string &error)
{
    system::CredentialsFile file(credentialsFile,
                                 "it should read: [shared-state], then password=…");
    if (file.named()) {
        if (!file.load(error))
            return {};
        const auto value = file.value("shared-state", "password", error);
        if (!error.empty())
            return {};
        if (value && !value->empty())
            return *value;
    }
    const char *given = std::getenv("OOTO_SHARED_STATE_PASSWORD");
    return system::Secret(given ? given : "");
}

} // namespace ooto::service
