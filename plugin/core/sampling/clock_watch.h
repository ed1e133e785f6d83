// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a camera's clock is far off ours, so that people can be told.
#pragma once

#include <chrono>
#include <string>

namespace ooto::core
{

/** Tells it once in its life. Thread-bound. */
class ClockWatch
{
public:
    /** Off by more than this is worth a word: less is what pipelines hold back. */
    static constexpr std::chrono::seconds tolerance{60};

    /**
     * @param ahead how far the camera's clock is ahead of this machine's
     * @return what to tell people, once; else empty
     */
    std::string note(std::chrono::milliseconds ahead);

private:
    bool told_ = false;
};

} // namespace ooto::core
