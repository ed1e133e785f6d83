// SPDX-License-Identifier: LGPL-2.1-or-later
// Times as text.
#pragma once

#include <chrono>
#include <string>

namespace ooto::system
{

/** ISO 8601, UTC, with microseconds: "2025-01-31T12:00:00.123456Z"; empty beyond the year 9999. */
std::string iso8601(std::chrono::system_clock::time_point time);

} // namespace ooto::system
