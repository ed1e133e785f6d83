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
    StreamTime runningTime{0};     ///< what decisions are made in; never absent, never goes back
    std::optional<StreamTime> pts; ///< the buffer's own time stamp
    std::optional<StreamTime> streamTime;              ///< position in the medium
    std::chrono::system_clock::time_point wallClock{}; ///< the camera's, where it says
    std::chrono::system_clock::time_point received{};  ///< this machine's, when the frame came
    std::chrono::steady_clock::time_point arrived{};   ///< the same moment, for ages
    std::optional<StreamTime> ownRunningTime{}; ///< by the buffer's stamp, as the stream tells it
    bool afterJump = false; ///< the time line does not go on from the frame before: what is seen
                            ///< may be another person's
    bool undecided = false; ///< maybe so; the next frames tell
};

} // namespace ooto::core
