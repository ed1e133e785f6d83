// SPDX-License-Identifier: LGPL-2.1-or-later
// What of a camera's file can take effect without building the camera again.
#pragma once

#include "camera/camera_pipeline.h"
#include "config/config.h"

#include <vector>

namespace ooto::watch
{

/** All that a camera is built from. */
struct CameraPlan {
    const CameraConfig &config;
    const std::vector<TargetConfig> &targets;
};

/** Apart from `active`, which is no matter of how it is built. Thread-safe. */
bool canChangeWhilePlaying(const CameraPlan &before, const CameraPlan &after);

/** Of one ootopublish likewise. Thread-safe. */
bool canChangeWhilePlaying(const TargetConfig &before, const TargetConfig &after);

/** Sets what differs; what is not set any more gets its default. */
void applyChanges(const TargetConfig &before, const TargetConfig &after, GstElement *publish);
void applyChanges(const CameraPlan &before, const CameraPlan &after,
                  const CameraPipeline &pipeline);

} // namespace ooto::watch
