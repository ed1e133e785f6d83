// SPDX-License-Identifier: LGPL-2.1-or-later
// A program without cameras, for those who ask it.
#pragma once

#include "core/base/guarded.h"
#include "server/controls.h"

#include <string>
#include <vector>

namespace ooto::test
{

/** Two cameras: `door` is live, `front yard/2` is switched off. */
class FakeControls : public watch::Controls
{
public:
    FakeControls()
    {
        watch::Snapshot snapshot;
        watch::CameraSnapshot door{
            .name = "door", .source = "rtsp://10.0.0.7", .status = {}, .stats = nullptr};
        door.status.state = watch::CameraState::Live;
        watch::CameraSnapshot yard{
            .name = "front yard/2", .source = "launch", .status = {}, .stats = nullptr};
        yard.status.state = watch::CameraState::Off;
        snapshot.cameras = {door, yard};
        snapshot.lastTick = std::chrono::steady_clock::now();
        *state_.lock() = {.snapshot = snapshot, .switches = {}, .canKeep = true};
    }

    watch::Snapshot snapshot() override { return state_.lock()->snapshot; }
    std::string metrics() override { return "# metrics\n"; }
    watch::Switched setActive(const std::string &camera, bool active,
                              const std::string &by) override
    {
        auto state = state_.lock();
        for (watch::CameraSnapshot &each : state->snapshot.cameras) {
            if (each.name != camera)
                continue;
            each.status.state = active ? watch::CameraState::Ended : watch::CameraState::Off;
            state->switches.push_back(camera + (active ? " on by " : " off by ") + by);
            return state->canKeep ? watch::Switched::Kept : watch::Switched::NotKept;
        }
        return watch::Switched::NoSuchCamera;
    }

    template<typename Change>
    void change(Change change)
    {
        change(state_.lock()->snapshot);
    }
    void fillDisk() { state_.lock()->canKeep = false; }
    std::vector<std::string> switches() { return state_.lock()->switches; }

private:
    struct State {
        watch::Snapshot snapshot;
        std::vector<std::string> switches;
        bool canKeep = true;
    };
    core::Guarded<State> state_;
};

} // namespace ooto::test
