// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera_state.h"

namespace ooto::watch
{

const char *cameraStateName(CameraState state)
{
    switch (state) {
    case CameraState::Live:
        return "live";
    case CameraState::Stalled:
        return "stalled";
    case CameraState::Ended:
        return "ended";
    case CameraState::Off:
        break;
    }
    return "off";
}

} // namespace ooto::watch
