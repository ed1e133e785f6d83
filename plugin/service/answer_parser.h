// SPDX-License-Identifier: LGPL-2.1-or-later
// The wire format of answers: JSON of the documented and the older shape, trusted in nothing.
#pragma once

#include "core/traffic/answer.h"

#include <optional>
#include <string>
#include <string_view>

namespace ooto::service
{

/** The longest body that is read, bytes. */
inline constexpr std::size_t maxAnswerBytes = std::size_t{1} << 20;
/** The deepest nesting that is read; json-glib 1.6 recurses without a limit of its own. */
inline constexpr int maxAnswerDepth = 32;

/** The facts in the body of an HTTP 200, or nothing when it is not one object with a `result`. */
std::optional<core::Answer> parseAnswer(std::string_view body);

/** `result.code`, `result.info` of an error's body; code 0 when there is none. */
struct ServiceError {
    bool stated = false; ///< `result.status` is "error"
    int code = 0;
    std::string info; ///< at most 256 bytes, no control characters
};
ServiceError parseError(std::string_view body);

} // namespace ooto::service
