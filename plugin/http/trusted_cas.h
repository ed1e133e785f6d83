// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose certificates are believed.
#pragma once

#include "http/http_settings.h"
#include "system/handles.h"

#include <string>

namespace ooto::http
{

using TlsDatabaseHandle = system::ObjectHandle<GTlsDatabase>;

/**
 * Whom to trust: the given CA file, else the system's CAs, else (for plain http) nobody. May take
 * a tenth of a second, so it is not for the network thread. Sets a text for people on failure.
 */
TlsDatabaseHandle loadTrustedCas(const HttpSettings &settings, std::string &error);

} // namespace ooto::http
