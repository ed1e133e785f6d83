// SPDX-License-Identifier: LGPL-2.1-or-later
// The file beside the plugin: see detector_module.h.
#include "vision/detector_module.h"

extern "C" {

extern const ooto::vision::DetectorModule ooto_detector_module
    __attribute__((visibility("default")));
const ooto::vision::DetectorModule ooto_detector_module{OOTO_VERSION, ooto::vision::loadYunet,
                                                        ooto::vision::loadCascade};
}
