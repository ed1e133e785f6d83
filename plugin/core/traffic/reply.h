// SPDX-License-Identifier: LGPL-2.1-or-later
// How one request to the identify service ended, in the terms that decisions are made in.
#pragma once

#include "core/traffic/answer.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::core
{

enum class Outcome {
    Answered,       ///< HTTP 200 with a `result` object
    Refused,        ///< HTTP 400 (and 4xx not named below): about this photo, see errorCode
    TooLarge,       ///< 413
    NoAnswer,       ///< HTTP 200 that is not one JSON object with a `result`, or over 1 MiB
    Unauthorized,   ///< 401, 403
    WrongEndpoint,  ///< 404, 405, and 407 of a proxy: there is no way to the service
    Redirected,     ///< 3xx: never followed, a redirect could carry the key and faces elsewhere
    BadCertificate, ///< the TLS peer is not who it should be
    RateLimited,    ///< 429
    ServerError,    ///< 408, 5xx
    Timeout,        ///< the deadline for one attempt passed
    Unreachable,    ///< name look-up, connection, or transfer failed
    Cancelled,      ///< by us, at stop
};

/** A short name for counters and messages, such as "timeout" or "server-error". */
std::string_view outcomeName(Outcome outcome);

struct Reply {
    Outcome outcome = Outcome::Cancelled;
    Answer answer;      ///< with Answered only
    int httpStatus = 0; ///< 0 where there was no HTTP answer
    int errorCode = 0;  ///< the service's `result.code` with Refused; 0 = none
    std::string text;   ///< for people: what happened, to whom, what to do. One line of UTF-8
    std::chrono::microseconds roundTrip{0};
    std::uint64_t bytesSent = 0; ///< body bytes handed to the network
    std::optional<std::chrono::seconds> retryAfter;
};

} // namespace ooto::core
