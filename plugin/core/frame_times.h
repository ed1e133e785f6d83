// SPDX-License-Identifier: LGPL-2.1-or-later
// When a frame was, on every clock that people ask for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace ooto::core
{

/** Time since the stream's start, or a length of it; GStreamer's GstClockTime in ns. */
using StreamTime = std::chrono::nanoseconds;

struct FrameTimes {
    StreamTime runningTime{0};                         ///< what decisions are made in; never absent
    std::optional<StreamTime> pts;                     ///< the buffer's own time stamp
    std::optional<StreamTime> streamTime;              ///< position in the medium
    std::chrono::system_clock::time_point wallClock{}; ///< the camera's, where it says
    std::chrono::system_clock::time_point received{};  ///< this machine's, when the frame came
    std::chrono::steady_clock::time_point arrived{};   ///< the same moment, for ages
};

} // namespace ooto::core
