// SPDX-License-Identifier: LGPL-2.1-or-later
// The scenes of the benchmark `visits`, as data.
#pragma once

#include "scene/script.h"

#include <opencv2/core/types.hpp>

#include <string>
#include <vector>

namespace ooto::visits
{

struct BenchScene {
    std::string name;
    std::string what; ///< for people
    scene::Script script;
    cv::Size framePx{960, 540};
    int framesPerSecond = 25;
};

std::vector<BenchScene> benchScenes();

} // namespace ooto::visits
