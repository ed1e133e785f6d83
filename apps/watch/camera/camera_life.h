// SPDX-License-Identifier: LGPL-2.1-or-later
// When a camera is built, given up and built again. Knows no GStreamer and no clock.
#pragma once

#include "camera/camera_state.h"
#include "camera/flow_meter.h"
#include "core/traffic/backoff.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::watch
{

/** `stall-timeout` and `restart-max`. */
struct LifeRules {
    std::chrono::milliseconds stallTimeout{10000};
    std::chrono::milliseconds restartMax{30000};
};

/**
 * Of one camera, from its start on. It is asked what to do next, and told what was done and what
 * happened; it says how the camera is. Thread-bound.
 *
 * Pauses are 1, 2, 4 ... `restartMax` s, shortened by chance, for ever; a row of them is over when
 * the camera was live for `restartMax`.
 */
class CameraLife
{
public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Deed {
        Nothing,
        Build,   ///< build it, then tell `noteBuilt`
        TearDown ///< tear it down, then tell `noteTornDown`
    };

    CameraLife(const LifeRules &rules, bool active, std::uint32_t jitterSeed);

    void setRules(const LifeRules &rules) { rules_ = rules; }
    /** Off and on again while it is torn down is built again without a pause. */
    void setActive(bool active);

    /** What is to be done by now. Each deed is said once. */
    Deed nextDeed(Time now);
    /** When to ask again, if nothing happens before; nothing: not by the clock. */
    std::optional<Time> due() const;

    void noteBuilt(Time now);
    /** What came since it was built; to be told before `nextDeed` is asked. */
    void noteFlow(const Flow &flow, Time now);
    /** The stream ended by itself; where nothing came before, that is how it tells that it stalls.
     */
    void noteEndOfStream(Time now);
    /** @param reason for people */
    void noteFailure(const std::string &reason);
    void noteTornDown(Time now);

    CameraState state() const { return state_; }
    /** Why it is so, for people; empty where there is nothing to say. */
    const std::string &reason() const { return reason_; }
    /** Deed::Build was said, and it is not built yet. */
    bool isAwaited() const { return phase_ == Phase::Building; }
    /** Built, and not to be torn down yet. */
    bool isRunning() const { return phase_ == Phase::Connecting || phase_ == Phase::Live; }

private:
    enum class Phase {
        Resting,    ///< nothing is built, and nothing is to be
        Pausing,    ///< until `pausedUntil_`
        Building,   ///< Deed::Build was said
        Connecting, ///< built, no picture yet
        Live,       ///< pictures come
        Condemned,  ///< Deed::TearDown is to be said
        TearingDown ///< Deed::TearDown was said
    };

    std::chrono::nanoseconds patience() const;
    std::string absence() const;
    void giveUp(CameraState state, const std::string &reason);

    LifeRules rules_;
    core::Backoff backoff_;
    Phase phase_ = Phase::Pausing;
    CameraState state_ = CameraState::Ended;
    std::string reason_;
    bool active_;
    bool pauses_ = false; ///< before it is built again
    Time pausedUntil_;    ///< the clock's begin: no pause
    Time builtAt_;
    Time liveSince_;
    Flow flow_;                            ///< since it was built
    std::chrono::nanoseconds interval_{0}; ///< the last that is known, over restarts
};

} // namespace ooto::watch
