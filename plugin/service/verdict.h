// SPDX-License-Identifier: LGPL-2.1-or-later
// What the end of one HTTP exchange means: an outcome, and a sentence for people.
#pragma once

#include "core/traffic/reply.h"
#include "system/secret.h"

#include <chrono>
#include <string>
#include <vector>

typedef struct _GError GError; // NOLINT(bugprone-reserved-identifier): GLib's own

namespace ooto::service
{

/** An HTTP response as it came, nothing of it trusted. */
struct HttpResponse {
    int status = 0;
    std::string body;
    bool tooLong = false;   ///< the body was cut off at maxAnswerBytes
    std::string location;   ///< the header of this name
    std::string endpoint;   ///< what `location` may be relative to
    std::string retryAfter; ///< the header of this name
};

/** What the request carried: should somebody repeat it in a response, it is not repeated further.
 */
using Secrets = std::vector<system::Secret>;

/** @param host whom the request went to, fit to be shown */
core::Reply judgeResponse(const HttpResponse &response, const std::string &host,
                          const Secrets &secrets, std::chrono::system_clock::time_point now);

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
