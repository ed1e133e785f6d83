// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the identify service may be asked now, judged by how the last requests ended.
#pragma once

#include "core/reply.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace ooto::core
{

enum class ServiceCondition { Ok, Degraded, Down, Unauthorized };

/** "ok", "degraded", "down", "unauthorized": the `state` of `ooto-service` messages. */
std::string_view conditionName(ServiceCondition condition);

struct ServiceState {
    ServiceCondition condition = ServiceCondition::Ok;
    std::string reason; ///< Reply::text of what changed it; empty when ok
    std::chrono::system_clock::time_point since{}; ///< when this condition began
};

/**
 * Pure decisions, no clock of its own: every call is told what time it is. Not thread-safe.
 *
 * While all is well any number of requests may go out. In trouble one probe at a time may, after
 * a pause that doubles from 0.5 s to 8 s with jitter (30 s where only a human can help: wrong
 * key, wrong endpoint, wrong certificate), or as long as `Retry-After` says, up to an hour.
 */
class ServiceHealth
{
public:
    using Clock = std::chrono::steady_clock;

    explicit ServiceHealth(std::uint32_t jitterSeed = 1);

    /** True when a request may be sent now; counts it as the probe when in trouble. */
    bool admit(Clock::time_point now);
    /** An admitted request that was never sent gives its place back. */
    void withdraw();
    /** @return true when the condition changed: tell people, once. */
    bool record(const Reply &reply, Clock::time_point now,
                std::chrono::system_clock::time_point wallNow);
    /** Credentials changed: asking may go on at once. Does not change the condition. */
    void credentialsChanged();

    const ServiceState &state() const { return state_; }

private:
    std::chrono::milliseconds pauseAfter(const Reply &reply);

    ServiceState state_;
    unsigned failuresInARow_ = 0;
    bool probing_ = false;
    Clock::time_point nextProbe_{};
    std::minstd_rand random_;
};

} // namespace ooto::core
