// SPDX-License-Identifier: LGPL-2.1-or-later
// What the end of one attempt at a webhook means for its event, and for people.
#pragma once

#include "http/proxy.h"
#include "http/request.h"
#include "publish/target.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ooto::publish
{

/** What a verdict takes beside the end itself. */
struct HttpAttempt {
    std::string uri;            ///< where it went; never shown in full
    std::string expectedAnswer; ///< as in Outgoing
    std::chrono::milliseconds timeout{0};
    std::shared_ptr<const http::ProxyRoute> route;
    /** Should the receiver repeat one of them in the name of a host, it is not repeated further. */
    std::vector<system::Secret> secrets;
};

/** The texts have scheme and host, and nothing of what the receiver wrote but a redirect's host. */
Verdict judgeHttp(const HttpAttempt &attempt, const http::Result &result,
                  std::chrono::system_clock::time_point now);

} // namespace ooto::publish
