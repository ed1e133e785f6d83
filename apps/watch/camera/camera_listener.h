// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "camera/camera_state.h"

#include <gst/gst.h>

#include <string>

namespace ooto::watch
{

/** Hears of a camera, on that camera's thread; several cameras call at the same time. Never waits.
 */
class CameraListener
{
public:
    virtual ~CameraListener() = default;

    /** `live`, `stalled`, `ended` or `off` has begun. */
    virtual void stateChanged(const std::string &camera, const CameraStatus &status) = 0;
    /** An element message of ours: `ooto-face`, `ooto-service`, `ooto-notice`, `ooto-publish`. */
    virtual void messagePosted(const std::string &camera, const GstStructure *message) = 0;
    /** A warning or error of an element, as plain text without secrets. */
    virtual void troubleTold(const std::string &camera, const std::string &text) = 0;
};

} // namespace ooto::watch
