// SPDX-License-Identifier: LGPL-2.1-or-later
// `[identify]`, `[cameras]` and `[camera NAME]`, each on top of the one before.
#pragma once

#include "config/config.h"
#include "config/reading.h"

#include <map>
#include <string>
#include <vector>

namespace ooto::watch
{

/** What is known of a camera so far. */
struct CameraDraft {
    CameraConfig config;
    std::map<std::string, Origin> written; ///< keys of our own, maybe with mistakes
};

/** All keys of [camera NAME], with the properties of ootoidentify. */
std::vector<std::string> cameraKeys(const Reading &reading);

/** Takes [identify] over into the defaults of all cameras. */
void readIdentifySection(const Section &section, CameraDraft &defaults, Reading &reading);

/** Takes [cameras] over likewise. */
void readCamerasSection(const Section &section, CameraDraft &defaults, Reading &reading);

/** @param defaults what [identify] and [cameras] say */
CameraConfig readCameraSection(const Section &section, const CameraDraft &defaults,
                               Reading &reading);

} // namespace ooto::watch
