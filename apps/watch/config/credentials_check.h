// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether what the elements need to begin stands somewhere.
#pragma once

#include "config/config.h"
#include "config/config_reader.h"

#include <optional>
#include <string>

namespace ooto::watch
{

/** Whether the file that the setting names has that group and key, not empty. */
bool hasCredential(const Setting &file, const std::string &group, const std::string &key);

/**
 * Whether an ootoidentify with these settings would find app-id and app-key, or needs none.
 * @return what is missing, for people; nothing: all is there
 */
std::optional<std::string> missingCredentials(const Settings &settings, const Lookup &environment);

} // namespace ooto::watch
