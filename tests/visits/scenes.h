// SPDX-License-Identifier: LGPL-2.1-or-later
// The scenes of the benchmark `visits`, as data.
#pragma once

#include "scene/script.h"

#include <opencv2/core/types.hpp>

#include <set>
#include <string>
#include <vector>

namespace ooto::visits
{

struct BenchScene {
    std::string name;
    std::string what; ///< for people
    scene::Script script;
    cv::Size framePx{960, 540};
    double framesPerSecond = 25;
    std::vector<scene::Span> silent = {};  ///< no picture comes
    std::vector<scene::Span> outages = {}; ///< the service answers 503
    bool live = false; ///< played at the stream's own speed: what is tried passes on the clock
    std::set<std::string> strangers = {}; ///< whom the service does not know
};

std::vector<BenchScene> benchScenes();
/** For tests: a scene of the benchmark by its name. */
BenchScene benchScene(const std::string &name);

} // namespace ooto::visits
