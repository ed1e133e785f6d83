// SPDX-License-Identifier: LGPL-2.1-or-later
// All cameras and targets of the program, as the files want them.
#pragma once

#include "camera/camera.h"
#include "camera/connect_gate.h"
#include "camera/target_holder.h"
#include "config/config.h"
#include "core/base/guarded.h"
#include "report/snapshot.h"
#include "server/active_store.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ooto::watch
{

class Fleet
{
public:
    /** @param listener outlives it */
    explicit Fleet(CameraListener &listener) : listener_(listener) {}
    /** Ends all that stop() has not. */
    ~Fleet();

    /**
     * Makes it be what the configuration says: what did not change goes on, what may change while
     * it plays does so, and only the rest is built again. Takes up to `stopPatience` where cameras
     * have to be ended. *application*
     */
    void apply(const Config &config, const ActiveStore &switches);
    /** Tells the ends of all faces and tears all down. *application* */
    void stop(std::chrono::steady_clock::time_point deadline);

    // Any thread.
    /** @return false where there is no camera of that name */
    bool setActive(const std::string &camera, bool active);
    /** Has the camera's targets know how it is. */
    void tellTargets(const std::string &camera, CameraState state);
    std::vector<CameraSnapshot> cameras();
    std::vector<TargetSnapshot> targets();

    static constexpr std::chrono::seconds stopPatience{4};

private:
    struct Member {
        std::string source; ///< scheme and host
        std::shared_ptr<Camera> camera;
    };
    struct Crew {
        std::map<std::string, Member> cameras;
        std::map<std::string, std::shared_ptr<TargetHolder>> targets;
    };
    using Leaving = std::vector<std::shared_ptr<Camera>>;

    Leaving takeOutWhatChanged(Crew &crew, const Config &config);
    void replaceTargets(Crew &crew, const Config &config);
    void addCameras(Crew &crew, const Config &config, const ActiveStore &switches);

    CameraListener &listener_;
    ConnectGate gate_;
    core::Guarded<Crew> crew_;
};

} // namespace ooto::watch
