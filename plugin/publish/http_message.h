// SPDX-License-Identifier: LGPL-2.1-or-later
// One event as a request.
#pragma once

#include "core/base/expected.h"
#include "http/request.h"
#include "publish/credentials.h"
#include "publish/http_target.h"
#include "publish/target.h"

#include <chrono>
#include <string>

namespace ooto::publish
{

/**
 * The request for one attempt. It always has `webhook-id` and `webhook-timestamp`, and
 * `webhook-signature` where the settings sign and there is a secret. With a picture the body is
 * multipart/form-data of the parts `event`, `photo` and `frame`; the signature is over all of it.
 * @param uri where to, whose path that of `outgoing` replaces
 * @param now the time of the attempt
 * @return the request; or what becomes of the event that cannot be one, which is never sent
 *         unsigned or without its token instead
 */
core::Expected<http::Request, Verdict> makeHttpMessage(const HttpTargetSettings &settings,
                                                       const std::string &uri,
                                                       const Credentials &credentials,
                                                       const Outgoing &outgoing,
                                                       std::chrono::system_clock::time_point now);

/**
 * Checks `extra-headers`. Names that this software or libsoup sets are refused, in any case:
 * `host`, `content-type`, `content-length`, `user-agent`, `proxy-authorization`, `webhook-…`, and
 * what belongs to the connection. `authorization` is taken; with a token or user it is left out.
 * @return an empty string when they may be used, else a text for people, without any value
 */
std::string checkExtraHeaders(const HttpTargetSettings &settings);

} // namespace ooto::publish
