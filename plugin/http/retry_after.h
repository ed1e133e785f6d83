// SPDX-License-Identifier: LGPL-2.1-or-later
// The `Retry-After` header in both of its forms.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace ooto::http
{

/**
 * @param value seconds, or an HTTP date (RFC 9110, 10.2.3); a date that has passed means 0 s
 * @return nothing when it is neither; at most a day
 */
std::optional<std::chrono::seconds> parseRetryAfter(std::string_view value,
                                                    std::chrono::system_clock::time_point now);

} // namespace ooto::http
