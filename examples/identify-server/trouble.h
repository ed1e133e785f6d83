// SPDX-License-Identifier: LGPL-2.1-or-later
// What can go wrong on purpose, for trying how a client bears it. For /identify only.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace ooto::server
{

enum class BodyTrouble {
    None,
    Truncated, ///< the connection ends half way through
    Malformed, ///< JSON that lacks its end
    Empty,     ///< no byte
    Html,      ///< a page, as proxies send
    Huge,      ///< 8 MiB of valid JSON
    Deep,      ///< a million '['
};

struct Trouble {
    std::chrono::milliseconds delay{0};    ///< before the answer's first byte
    std::optional<unsigned> status;        ///< 200..599 instead of an answer
    std::optional<std::string> retryAfter; ///< the header as it is: seconds, or a date
    BodyTrouble body = BodyTrouble::None;
    bool drop = false;    ///< the connection is reset when the request was read
    bool trickle = false; ///< the body comes byte by byte
    std::chrono::milliseconds trickleInterval{1000}; ///< from byte to byte
    /** Only so many requests are troubled, counted from when this was set; absent: all. */
    std::optional<unsigned> onlyFirst;
};

/** By its name in lower case ("truncated", …); nothing for another. */
std::optional<BodyTrouble> bodyTroubleNamed(const std::string &name);

/** The body to send instead of `right`; for Truncated it is `right` itself. */
std::string troubledBody(BodyTrouble trouble, const std::string &right);

} // namespace ooto::server
