// SPDX-License-Identifier: LGPL-2.1-or-later
// What an analysis is told of its sample, beside the picture.
#pragma once

#include "core/base/frame_times.h"
#include "core/tracking/observation.h"
#include "identify/settings.h"

#include <chrono>
#include <memory>
#include <vector>

namespace ooto::identify
{

struct Job {
    std::shared_ptr<const Settings> settings; ///< of when the sample was taken
    core::FrameTimes times;
    std::chrono::steady_clock::time_point takenAt{}; ///< when the frame came
    unsigned epoch = 0;                      ///< of Shared: an older one's results do not count
    std::vector<core::Observation> upstream; ///< faces that others found on the frame
    bool urgent = false; ///< something else came to a face's place from one frame to the next
};

} // namespace ooto::identify
