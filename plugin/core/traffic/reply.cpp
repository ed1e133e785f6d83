// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/reply.h"

#include <algorithm>

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

OutcomeMeaning meaningOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Answered:
    case Outcome::Refused:
        return {.about = About::Photo, .probablyBilled = true};
    case Outcome::TooLarge:
        return {.about = About::Photo};
    case Outcome::Unauthorized:
        return {.about = About::Key};
    case Outcome::NoAnswer:
        return {.about = About::Service, .mayPass = true, .probablyBilled = true};
    case Outcome::RateLimited:
    case Outcome::ServerError:
    case Outcome::Timeout:
    case Outcome::Unreachable:
        return {.about = About::Service, .mayPass = true};
    case Outcome::WrongEndpoint:
    case Outcome::Redirected:
    case Outcome::BadCertificate:
        return {.about = About::People};
    case Outcome::Cancelled:
        break;
    }
    return {};
}

bool isAnswer(Outcome outcome)
{
    const OutcomeMeaning meaning = meaningOf(outcome);
    return meaning.about == About::Photo && meaning.probablyBilled;
}

std::chrono::seconds askedPause(const Reply &reply)
{
    constexpr std::chrono::seconds longest = std::chrono::hours(1);
    return std::min(reply.retryAfter.value_or(std::chrono::seconds(0)), longest);
}

} // namespace ooto::core
