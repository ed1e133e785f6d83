// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/reply.h"

namespace ooto::core
{

std::string_view outcomeName(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Answered:
        return "answered";
    case Outcome::Refused:
        return "refused";
    case Outcome::TooLarge:
        return "too-large";
    case Outcome::NoAnswer:
        return "no-answer";
    case Outcome::Unauthorized:
        return "unauthorized";
    case Outcome::WrongEndpoint:
        return "wrong-endpoint";
    case Outcome::Redirected:
        return "redirected";
    case Outcome::BadCertificate:
        return "bad-certificate";
    case Outcome::RateLimited:
        return "rate-limited";
    case Outcome::ServerError:
        return "server-error";
    case Outcome::Timeout:
        return "timeout";
    case Outcome::Unreachable:
        return "unreachable";
    case Outcome::Cancelled:
        return "cancelled";
    }
    return "unknown";
}

} // namespace ooto::core
