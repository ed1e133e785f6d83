// SPDX-License-Identifier: LGPL-2.1-or-later
// Where requests go, by way of whom, and whose certificate is believed.
#pragma once

#include "system/secret.h"

#include <compare>
#include <string>

namespace ooto::http
{

/** Of one HTTP session: all its requests go to the host of one URL. */
struct HttpSettings {
    std::string endpoint; ///< an absolute http or https URL
    bool sslStrict = true;
    std::string sslCaFile; ///< empty: the system's CAs
    std::string userAgent; ///< one line; empty: "ooto"
    std::string proxy;     ///< checked by checkProxy(); empty: that of the environment, if any
    std::string proxyId;   ///< empty: the proxy wants no credentials
    system::Secret proxyPassword;
    std::string sslCertFile; ///< a client certificate, PEM; empty: none
    std::string sslKeyFile;  ///< its key, PEM; empty: it is in the certificate's file

    auto operator<=>(const HttpSettings &) const = default;
};

} // namespace ooto::http
