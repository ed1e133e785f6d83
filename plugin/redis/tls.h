// SPDX-License-Identifier: LGPL-2.1-or-later
// Encrypts a connection to a server, where the build can.
#pragma once

#include "redis/connection.h"

struct redisContext;

namespace ooto::redis
{

/** @param problem set to what is wrong where false is returned */
bool startTls(redisContext &context, const ConnectionSettings &settings, std::string &problem);

} // namespace ooto::redis
