// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether one key may be used now: the service accepts it, or does not.
#pragma once

#include "core/traffic/probe_gate.h"
#include "core/traffic/reply.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::core
{

/**
 * A 401 or 403 says something about the key of that request, and nothing about the service or
 * about the keys of others. A key that was refused is tried again rarely, one request at a time,
 * as only people can help; at once when they set it anew. Pure; not thread-safe.
 */
class KeyHealth
{
public:
    using Clock = std::chrono::steady_clock;
    using WallTime = std::chrono::system_clock::time_point;

    /** Permission for one request; goes back to record() or withdraw(), once. */
    struct Admission {
        std::uint64_t probe = 0; ///< 0 for a key that was not refused
        std::uint64_t turn = 0;  ///< how often the key had been set anew
    };
    struct Refusal {
        std::string reason; ///< Reply::text
        WallTime since;
    };

    std::optional<Admission> admit(Clock::time_point now);
    void withdraw(const Admission &admission) { gate_.ended(admission.probe); }
    /** @param pause until a refused key is tried again */
    void record(const Admission &admission, const Reply &reply, std::chrono::milliseconds pause,
                Clock::time_point now, WallTime wallNow);
    /** People set the key: it is tried at once. What older requests say of it is no news. */
    void setAnew();

    const std::optional<Refusal> &refusal() const { return refusal_; }
    /** The service accepted it, and has not refused it since. */
    bool accepted() const { return accepted_ && !refusal_; }
    std::chrono::milliseconds untilProbe(Clock::time_point now) const
    {
        return gate_.untilProbe(now);
    }

private:
    std::optional<Refusal> refusal_;
    bool accepted_ = false;
    std::uint64_t turn_ = 0;
    ProbeGate gate_;
};

} // namespace ooto::core
