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

/** What the service said when it did not accept a key. */
struct KeyRefusal {
    std::string reason; ///< Reply::text
    std::chrono::system_clock::time_point since;
};

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

    /** One request with this key; goes back to record() or withdraw(), once. */
    struct Probe {
        ProbeGate::Probe number = 0; ///< 0 for a key that was not refused
        std::uint64_t turn = 0;      ///< how often the key had been set anew
    };

    std::optional<Probe> admit(Clock::time_point now);
    void withdraw(const Probe &probe) { gate_.ended(probe.number); }
    /** @param pause until a refused key is tried again */
    void record(const Probe &probe, const Reply &reply, std::chrono::milliseconds pause,
                Clock::time_point now, WallTime wallNow);
    /** People set the key: it is tried at once. What older requests say of it is no news. */
    void setAnew();

    const std::optional<KeyRefusal> &refusal() const { return refusal_; }
    /** The service accepted it, and has not refused it since. */
    bool accepted() const { return accepted_ && !refusal_; }
    std::chrono::milliseconds untilProbe(Clock::time_point now) const
    {
        return gate_.untilProbe(now);
    }

private:
    std::optional<KeyRefusal> refusal_;
    bool accepted_ = false;
    std::uint64_t turn_ = 0;
    ProbeGate gate_;
};

} // namespace ooto::core
