// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/key_health.h"

namespace ooto::core
{

std::optional<KeyHealth::Probe> KeyHealth::admit(Clock::time_point now)
{
    if (!refusal_)
        return Probe{0, turn_};
    const auto number = gate_.admit(now);
    return number ? std::optional(Probe{*number, turn_}) : std::nullopt;
}

void KeyHealth::record(const Probe &probe, const Reply &reply, std::chrono::milliseconds pause,
                       Clock::time_point now, WallTime wallNow)
{
    // What was under way when the key was refused says nothing new, unless it is refused as well.
    const bool late = refusal_ && !gate_.isUnderWay(probe.number);
    withdraw(probe);
    if (probe.turn != turn_)
        return;
    switch (meaningOf(reply.outcome).about) {
    case About::Key:
        if (!refusal_)
            refusal_ = {reply.text, wallNow};
        gate_.closeAtLeastUntil(now + pause);
        break;
    case About::Photo:
        if (late)
            break;
        refusal_.reset();
        accepted_ = true;
        break;
    default:
        break; // nobody looked at the key
    }
}

void KeyHealth::setAnew()
{
    ++turn_;
    gate_.reopen();
}

} // namespace ooto::core
