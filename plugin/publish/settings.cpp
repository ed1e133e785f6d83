// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/settings.h"

#include "system/handles.h"

#include <array>
#include <string_view>

namespace ooto::publish
{

namespace
{

constexpr std::string_view stateHome = "$XDG_STATE_HOME";

void add(std::string &key, std::string_view part)
{
    // With its length, so that no two rows of parts read the same.
    key += std::to_string(part.size());
    key += ':';
    key += part;
}

} // namespace

std::string expandedPath(const std::string &path)
{
    if (path.starts_with(stateHome))
        return g_get_user_state_dir() + path.substr(stateHome.size());
    if (path == "~" || path.starts_with("~/"))
        return g_get_home_dir() + path.substr(1);
    return path;
}

std::string sharingKey(const Settings &settings)
{
    std::string key;
    for (const std::string *text :
         {&settings.uri, &settings.format, &settings.topic, &settings.photoDir,
          &settings.discoveryPrefix, &settings.labelsFile, &settings.userId,
          &settings.credentialsFile, &settings.sslCaFile, &settings.sslCertFile,
          &settings.sslKeyFile, &settings.spool})
        add(key, *text);
    for (const auto &[name, value] : settings.extraHeaders) {
        add(key, name);
        add(key, value);
    }
    add(key, settings.userPassword.reveal());
    const std::array<double, 12> numbers{
        double(settings.keepIdentifiedH), double(settings.keepUnknownH),
        double(settings.keepSpoofH),      double(settings.homeAssistant),
        double(settings.presenceHoldS),   double(settings.sslStrict),
        double(settings.allowHttp),       double(settings.timeoutS),
        settings.retryBackoffFactorS,     settings.retryBackoffMaxS,
        double(settings.spoolBytes),      double(settings.maxAgeS)};
    for (const double number : numbers)
        add(key, std::to_string(number));
    // A digest, so that the password does not lie about as part of a key.
    const system::CharsHandle digest(g_compute_checksum_for_string(
        G_CHECKSUM_SHA256, key.data(), static_cast<gssize>(key.size())));
    std::fill(key.begin(), key.end(), '\0');
    return digest.get();
}

} // namespace ooto::publish
