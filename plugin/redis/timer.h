// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls back once, a while from now.
#pragma once

#include "system/handles.h"

#include <chrono>
#include <functional>

namespace ooto::redis
{

/** Thread-bound: to the thread whose default context is the one in which it was made. */
class Timer
{
public:
    explicit Timer(std::function<void()> onDue);
    Timer(const Timer &) = delete;
    Timer &operator=(const Timer &) = delete;
    ~Timer() = default;

    /** Instead of what it was set to before. */
    void setIn(std::chrono::milliseconds delay);
    /** Where it is due later than that, or not at all. */
    void setWithin(std::chrono::milliseconds delay);
    void stop();

private:
    const std::function<void()> onDue_;
    system::SourceHandle source_;
};

} // namespace ooto::redis
