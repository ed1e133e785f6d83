// SPDX-License-Identifier: LGPL-2.1-or-later
// What makes two elements share one client of the identify service.
#pragma once

#include "http/http_settings.h"

#include <compare>
#include <string>

namespace ooto::service
{

/** Elements with the same settings share connections, limits and health. */
struct ConnectionSettings : http::HttpSettings { // `endpoint` is checked by checkEndpoint()
    std::string appId;
    std::string sharedState; ///< as parseSharedStateUri() takes it; empty: none
    system::Secret sharedStatePassword;

    auto operator<=>(const ConnectionSettings &) const = default;
};

} // namespace ooto::service
