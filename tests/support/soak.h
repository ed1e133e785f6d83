// SPDX-License-Identifier: LGPL-2.1-or-later
// What the long tests need beside trouble.
#pragma once

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

namespace ooto::test
{

/** Ten minutes, or what OOTO_SOAK_SECONDS says. */
inline std::chrono::seconds soakTime()
{
    const char *given = std::getenv("OOTO_SOAK_SECONDS");
    return std::chrono::seconds(given ? std::max(5, std::atoi(given)) : 600);
}

/** Memory that this process has now. */
inline std::size_t residentBytes()
{
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/** Of this, what was handed out and not given back: unlike the rest it is the same in every run. */
inline std::size_t allocatedBytes()
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

} // namespace ooto::test
