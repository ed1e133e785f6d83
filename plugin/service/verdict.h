// SPDX-License-Identifier: LGPL-2.1-or-later
// What the end of one HTTP exchange means: an outcome, and a sentence for people.
#pragma once

#include "core/traffic/reply.h"
#include "http/request.h"
#include "system/secret.h"

#include <chrono>
#include <string>
#include <vector>

namespace ooto::service
{

/** Where the request went. */
struct Asked {
    std::string host;     ///< fit to be shown
    std::string endpoint; ///< what a redirect may be relative to
};

/** What the request carried: should somebody repeat it in a response, it is not repeated further.
 */
using Secrets = std::vector<system::Secret>;

core::Reply judgeResponse(const http::Response &response, const Asked &asked,
                          const Secrets &secrets, std::chrono::system_clock::time_point now);

// `host` is that of Asked from here on.

/**
 * The reply where an http proxy opened no tunnel: the service was not reached, so that the status
 * is none of its.
 * @param proxy its host, fit to be shown; may be empty
 * @param setting what names it, as "`proxy`"
 */
core::Reply judgeTunnelRefusal(int status, const std::string &host, const std::string &proxy,
                               const std::string &setting);

/**
 * The reply where no response came, or not all of it.
 * @param certificateFlags the GTlsCertificateFlags of a certificate that was refused, else 0
 */
core::Reply judgeError(const GError &error, unsigned certificateFlags, const std::string &host);

/** The reply where the deadline passed. */
core::Reply judgeTimeout(std::chrono::milliseconds timeout, const std::string &host);

/** The reply where the endpoint is no URL, which checkEndpoint() would have said before. */
core::Reply judgeBadEndpoint();

/** The reply where the key or id cannot be sent as a header. */
core::Reply judgeUnsendableKey();

} // namespace ooto::service
