// SPDX-License-Identifier: LGPL-2.1-or-later
// What the system says of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace ooto::watch
{

/** Of now; what the system does not tell is absent. */
struct ProcessNumbers {
    std::optional<double> cpuS; ///< of all threads, user and system
    std::optional<double> residentBytes;
    std::optional<double> virtualBytes;
    std::optional<double> openFds;
    std::optional<double> maxFds; ///< absent where there is no limit
    std::optional<double> threads;
    std::optional<double> startS; ///< since 1970; stays what it was at the first call
};

/** Reads /proc/self. Thread-safe. */
ProcessNumbers processNumbers();

} // namespace ooto::watch
