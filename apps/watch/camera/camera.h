// SPDX-License-Identifier: LGPL-2.1-or-later
// One camera: a pipeline that is built again for as long as it takes, on a thread of its own.
#pragma once

#include "camera/camera_listener.h"
#include "config/config.h"
#include "element/handles.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ooto::watch
{

class ConnectGate;

/** Thread-safe, but for its construction and destruction. */
class Camera
{
public:
    /**
     * @param targets those that `config.targets` names, in that order
     * @param gate and listener outlive it
     */
    Camera(const CameraConfig &config, std::vector<TargetConfig> targets, ConnectGate &gate,
           CameraListener &listener);
    /** Ends it as `stop` does. */
    ~Camera();

    const std::string &name() const;
    /** Returns at once. */
    void start();
    /** Tells the ends of all faces and tears it down; begins at once, `wait` waits. */
    void requestStop();
    /** @return whether it has ended by then; else its pipeline is left behind */
    bool waitStopped(std::chrono::steady_clock::time_point deadline);

    /** False: `off`. What it was is kept over restarts by whoever calls this. */
    void setActive(bool active);
    /**
     * Takes over what may change while it plays.
     * @return false when it has to be built again; then nothing was changed
     */
    bool change(const CameraConfig &config, const std::vector<TargetConfig> &targets);

    CameraStatus status() const;
    /**
     * The `stats` of its ootoidentify, counters and histograms summed over all that were built.
     * Null before the first was.
     */
    element::StructureHandle statistics() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace ooto::watch
