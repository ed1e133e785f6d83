// SPDX-License-Identifier: LGPL-2.1-or-later
// Built instead where hiredis has no TLS.
#include "redis/tls.h"

namespace ooto::redis
{

bool startTls(redisContext &, const ConnectionSettings &, std::string &problem)
{
    problem = "this build has no TLS for Redis";
    return false;
}

bool hasTls()
{
    return false;
}

} // namespace ooto::redis
