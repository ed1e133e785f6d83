// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::watch
{

enum class CameraState {
    Live,    ///< buffers come
    Stalled, ///< none came for too long; it was torn down and is tried again
    Ended,   ///< it ended, failed or never came; it is tried again
    Off,     ///< switched off: nothing is connected
};

/** `live`, `stalled`, `ended`, `off` */
const char *cameraStateName(CameraState state);

/** What is known of a camera now. */
struct CameraStatus {
    CameraState state = CameraState::Ended;
    std::chrono::system_clock::time_point since;
    std::string reason;           ///< plain text without secrets
    std::uint64_t restarts = 0;   ///< how often it was built again
    std::uint64_t leftBehind = 0; ///< pipelines that did not end
    std::optional<std::chrono::system_clock::time_point> lastFrame; ///< when a buffer came last
    std::optional<double> clockOffsetS; ///< camera's clock minus this machine's; if it has one
};

} // namespace ooto::watch
