// SPDX-License-Identifier: LGPL-2.1-or-later
// From the properties `detector` and `model` to a detector that works.
#pragma once

#include "identify/settings.h"
#include "vision/detector_pool.h"

#include <memory>
#include <string>

namespace ooto::identify
{

struct ChosenDetector {
    std::shared_ptr<vision::DetectorPool> detectors; ///< null for `none` and `upstream`
    std::string notice; ///< `auto` had to take the second best: why, and what to do
    std::string error;  ///< the configuration does not work: what to set
};

/** Loads files: takes some 20 ms. */
ChosenDetector chooseDetector(DetectorChoice choice, const std::string &model);

} // namespace ooto::identify
