// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the shared state is.
#pragma once

#include "core/base/expected.h"
#include "redis/connection.h"

#include <string>

namespace ooto::service
{

struct SharedStateUri {
    redis::ConnectionSettings server; ///< without password
    std::string shown;                ///< without user and database, for people
};

/** `redis://[user@]host[:port][/database]` or `rediss://…`, else a text for people. */
core::Expected<SharedStateUri, std::string> parseSharedStateUri(const std::string &uri);

} // namespace ooto::service
