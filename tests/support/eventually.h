// SPDX-License-Identifier: LGPL-2.1-or-later
// Waits for what has to happen, on a slow machine, too.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace ooto::test
{

inline constexpr std::chrono::seconds patience{20};

/** @return false when it did not come true within `patience` */
inline bool eventually(const std::function<bool()> &condition)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace ooto::test
