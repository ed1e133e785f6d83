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

/** What an outcome says something about. */
enum class About {
    Photo,   ///< the service works and accepts the key; this is what it makes of the photo
    Key,     ///< the service works and does not accept the key; it did not look at the photo
    Service, ///< it, or the way to it, is in trouble
    People,  ///< only people can help, by other settings; nobody looked at the photo
    Nothing,
};

/** The one place that says what an outcome means. */
struct OutcomeMeaning {
    About about = About::Nothing;
    bool mayPass = false;        ///< by itself: the same photo may be sent again
    bool probablyBilled = false; ///< the service had the photo and did its work
};
OutcomeMeaning meaningOf(Outcome outcome);

/** The service looked at the photo and says what it makes of it. */
bool isAnswer(Outcome outcome);

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

/** The pause that the service asks for by `Retry-After`, up to an hour; 0 where it asks for none.
 */
std::chrono::seconds askedPause(const Reply &reply);

} // namespace ooto::core
