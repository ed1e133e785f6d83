// SPDX-License-Identifier: LGPL-2.1-or-later
// With what this side proves who it is, where a server asks for that in TLS.
#pragma once

#include "http/http_settings.h"
#include "system/handles.h"

#include <string>

namespace ooto::http
{

using TlsCertificateHandle = system::ObjectHandle<GTlsCertificate>;

/**
 * The certificate and key of `sslCertFile` and `sslKeyFile`; null where the settings name none.
 * Reads files, so it is not for the network thread. Sets a text for people on failure.
 */
TlsCertificateHandle loadClientCertificate(const HttpSettings &settings, std::string &error);

/** An empty string when it can be used or there is none, else a text that says what to set. */
std::string checkClientCertificate(const HttpSettings &settings);

} // namespace ooto::http
