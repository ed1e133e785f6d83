// SPDX-License-Identifier: LGPL-2.1-or-later
// How everything stands at one moment, for metrics, health and status.
#pragma once

#include "camera/camera_state.h"
#include "element/handles.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ooto::watch
{

struct CameraSnapshot {
    std::string name;
    std::string source; ///< scheme and host of its uri; `launch`
    CameraStatus status;
    std::shared_ptr<const GstStructure> stats; ///< of ootoidentify; null before there was one
};

struct TargetSnapshot {
    std::string name;
    std::shared_ptr<const GstStructure> stats; ///< of ootopublish
};

/** As its last `ooto-service` said; `state` is empty before the first. */
struct ServiceSnapshot {
    std::string state;
    std::string reason;
    std::chrono::system_clock::time_point since;
};

struct Snapshot {
    std::vector<CameraSnapshot> cameras;
    std::vector<TargetSnapshot> targets;
    ServiceSnapshot service;
    /** When the program's main loop ran last; /healthz goes by its age. */
    std::chrono::steady_clock::time_point lastTick;
    bool reloadSucceeded = true; ///< whether the files that were read last were taken
};

} // namespace ooto::watch
