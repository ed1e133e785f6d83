// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps a target connected while no camera that uses it plays.
#pragma once

#include "camera/camera_listener.h"
#include "config/config.h"
#include "element/handles.h"

#include <string>

namespace ooto::watch
{

/**
 * An ootopublish of its own in a pipeline that has no buffers: elements with the same settings
 * share the target behind it, so that its connection and its spool stay while cameras come and go.
 */
class TargetHolder
{
public:
    /** @param listener outlives it; hears what the target tells, as of a camera without a name */
    TargetHolder(TargetConfig config, CameraListener &listener);
    ~TargetHolder();
    TargetHolder(const TargetHolder &) = delete;
    TargetHolder &operator=(const TargetHolder &) = delete;

    /**
     * Takes over what may change while it is connected. *application*
     * @return false when it has to be made again; then nothing was changed
     */
    bool change(const TargetConfig &config);
    /** Has the target know how a camera is, also one without a pipeline. Thread-safe. */
    void tell(const std::string &camera, CameraState state);
    /** `stats` of its ootopublish, which are those of the target. Thread-safe. */
    element::StructureHandle statistics() const;

private:
    TargetConfig config_;
    system::ObjectHandle<GstElement> pipeline_;
    system::ObjectHandle<GstElement> publish_;
};

} // namespace ooto::watch
