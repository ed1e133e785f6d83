// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera_life.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

using namespace std::chrono_literals;

/** The first pause of a row. */
constexpr std::chrono::milliseconds firstPause = 1s;
constexpr int intervalsToStall = 3;

/** In the unit that people set. */
std::string inSeconds(std::chrono::nanoseconds time)
{
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0)
        text += "." + std::to_string(tenths % 10);
    return text + " s";
}

} // namespace

CameraLife::CameraLife(const LifeRules &rules, bool active, std::uint32_t jitterSeed)
    : rules_(rules), backoff_(jitterSeed), active_(active)
{
    if (!active) {
        phase_ = Phase::Resting;
        state_ = CameraState::Off;
    }
}

void CameraLife::setActive(bool active)
{
    if (active == active_)
        return;
    active_ = active;
    if (!active) {
        backoff_.beginAnew();
        pauses_ = false;
        state_ = CameraState::Off;
        reason_ = "It is switched off.";
        if (isRunning() || phase_ == Phase::Building)
            phase_ = Phase::Condemned;
        else if (phase_ == Phase::Pausing)
            phase_ = Phase::Resting;
        return;
    }
    state_ = CameraState::Ended;
    reason_ = "It was switched on, and is not there yet.";
    if (phase_ == Phase::Resting) {
        phase_ = Phase::Pausing;
        pausedUntil_ = {};
    }
}

CameraLife::Deed CameraLife::nextDeed(Time now)
{
    switch (phase_) {
    case Phase::Pausing:
        if (now < pausedUntil_)
            return Deed::Nothing;
        phase_ = Phase::Building;
        return Deed::Build;
    case Phase::Connecting:
        if (now - builtAt_ < patience())
            return Deed::Nothing;
        // Whether it still stands or does not come at all looks the same from here.
        giveUp(state_, state_ == CameraState::Stalled && !flow_.dataCame ? reason_ : absence());
        break;
    case Phase::Live:
        if (now - flow_.last < patience())
            return Deed::Nothing;
        giveUp(CameraState::Stalled, "No picture came for " + inSeconds(patience()) + ".");
        break;
    case Phase::Condemned:
        break;
    default:
        return Deed::Nothing;
    }
    phase_ = Phase::TearingDown;
    return Deed::TearDown;
}

std::optional<CameraLife::Time> CameraLife::due() const
{
    switch (phase_) {
    case Phase::Pausing:
        return pausedUntil_;
    case Phase::Connecting:
        return builtAt_ + patience();
    case Phase::Live:
        return flow_.last + patience();
    case Phase::Condemned:
        return Time{};
    default:
        return std::nullopt;
    }
}

void CameraLife::noteBuilt(Time now)
{
    if (phase_ != Phase::Building)
        return;
    phase_ = Phase::Connecting;
    builtAt_ = now;
    flow_ = {};
}

void CameraLife::noteFlow(const Flow &flow, Time now)
{
    if (!isRunning())
        return;
    flow_ = flow;
    if (flow.pictures == 0)
        return;
    interval_ = std::max(flow.interval, flow.pictures > 1 ? 0ns : interval_);
    if (phase_ == Phase::Connecting) {
        phase_ = Phase::Live;
        liveSince_ = now;
        state_ = CameraState::Live;
        reason_.clear();
    } else if (flow.last - liveSince_ >= rules_.restartMax) {
        backoff_.beginAnew();
    }
}

void CameraLife::noteEndOfStream(Time now)
{
    // rtspsrc ends the stream of a camera that froze, after about 10 s.
    if (phase_ == Phase::Live && now - flow_.last >= patience() / 2)
        giveUp(CameraState::Stalled, "No picture came for " + inSeconds(now - flow_.last) +
                                         ", and then the stream ended.");
    else
        noteFailure(phase_ == Phase::Live ? "The stream ended."
                                          : "The stream ended before a picture came.");
}

void CameraLife::noteFailure(const std::string &reason)
{
    if (isRunning() || phase_ == Phase::Building)
        giveUp(CameraState::Ended, reason);
}

void CameraLife::noteTornDown(Time now)
{
    if (phase_ != Phase::TearingDown)
        return;
    if (!active_) {
        phase_ = Phase::Resting;
        return;
    }
    phase_ = Phase::Pausing;
    pausedUntil_ = {};
    if (pauses_)
        pausedUntil_ = now + backoff_.pause({.factor = std::min(firstPause, rules_.restartMax),
                                             .longest = rules_.restartMax});
    pauses_ = false;
}

/** How long nothing may come. */
std::chrono::nanoseconds CameraLife::patience() const
{
    // After the very first picture nobody knows when the second is to be expected.
    const bool unknown = flow_.pictures == 1 && interval_ == 0ns;
    const std::chrono::nanoseconds interval = unknown ? rules_.stallTimeout : interval_;
    return std::max<std::chrono::nanoseconds>(rules_.stallTimeout, intervalsToStall * interval);
}

/** Why there is no picture after all that time. */
std::string CameraLife::absence() const
{
    const std::string time = inSeconds(patience());
    return flow_.dataCame ? "Data came, but no picture within " + time +
                                ": does the camera send key frames, in a format that is known?"
                          : "No picture came within " + time + ".";
}

void CameraLife::giveUp(CameraState state, const std::string &reason)
{
    phase_ = Phase::Condemned;
    pauses_ = true;
    state_ = state;
    reason_ = reason;
}

} // namespace ooto::watch
