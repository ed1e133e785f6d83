// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/key_health.h"

namespace ooto::core
{

std::optional<KeyHealth::Admission> KeyHealth::admit(Clock::time_point now)
{
    if (!refusal_)
        return Admission{0, turn_};
    const auto probe = gate_.admit(now);
    return probe ? std::optional(Admission{*probe, turn_}) : std::nullopt;
}

void KeyHealth::record(const Admission &admission, const Reply &reply,
                       std::chrono::milliseconds pause, Clock::time_point now, WallTime wallNow)
{
    // What was under way when the key was refused says nothing new, unless it is refused as well.
    const bool late = refusal_ && !gate_.isUnderWay(admission.probe);
    withdraw(admission);
    if (admission.turn != turn_)
        return;
    switch (reply.outcome) {
    case Outcome::Unauthorized:
        if (!refusal_)
            refusal_ = {reply.text, wallNow};
        gate_.closeAtLeastUntil(now + pause);
        break;
    case Outcome::Answered:
    case Outcome::Refused:
    case Outcome::TooLarge:
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
