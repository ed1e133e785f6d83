// SPDX-License-Identifier: LGPL-2.1-or-later
// The detectors as a file beside the plugin, which is loaded with the first of them: cv::dnn and
// protobuf cost 4 MiB and 10 ms, also where another element finds the faces. Both sides of it.
#pragma once

#include "vision/detector.h"

#include <string>

namespace ooto::vision
{

/** What the file has to offer, under the name `detectorModuleSymbol`. */
struct DetectorModule {
    const char *version; ///< of the project; of another the rest may look different
    LoadedDetector (*loadYunet)(const std::string &modelFile);
    LoadedDetector (*loadCascade)(const std::string &cascadeFile);
};

inline constexpr const char *detectorModuleSymbol = "ooto_detector_module";

} // namespace ooto::vision
