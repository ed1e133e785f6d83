// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the identify service may be asked now, judged by how the last requests ended.
#pragma once

#include "core/traffic/backoff.h"
#include "core/traffic/probe_gate.h"
#include "core/traffic/reply.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::core
{

enum class ServiceCondition { Ok, Degraded, Down, Unauthorized, BudgetSpent };

/** "ok", "degraded", "down", "unauthorized", "budget-spent": the `state` of `ooto-service`
 * messages. */
std::string_view conditionName(ServiceCondition condition);

struct ServiceState {
    ServiceCondition condition = ServiceCondition::Ok;
    std::string reason; ///< Reply::text of what changed it; empty when ok
    std::chrono::system_clock::time_point since{}; ///< when this condition began
};

/**
 * Pure decisions, no clock of its own: every call is told what time it is. Not thread-safe.
 *
 * A circuit breaker. While all is well (closed) any number of requests may go out. In trouble one
 * probe at a time may (half-open), after a pause in which none may (open): that of the back-off,
 * its longest where only people can help (wrong endpoint, wrong certificate), or as long as
 * `Retry-After` says, up to an hour; then the back-off counts again.
 *
 * Only a probe's reply ends trouble or makes its pause longer. Requests that were under way when
 * trouble began say nothing new: a good reply would cut short the pause that the service asked
 * for, and bad ones are the same failure again. They still count where they ask for a longer
 * pause or say that only people can help. That a key is refused is no trouble of the service, see
 * KeyHealth.
 */
class ServiceHealth
{
public:
    using Clock = std::chrono::steady_clock;

    /** The number of a probe, 0 for a request sent while all is well. */
    using Probe = ProbeGate::Probe;

    explicit ServiceHealth(std::uint32_t jitterSeed = 1);

    /** Holds for pauses that begin from now on. */
    void setBackoff(const BackoffRules &rules) { rules_ = rules; }

    /**
     * Nothing while the service had better not be asked; makes the request the probe in trouble.
     * What is returned goes back to record() or withdraw(), once.
     */
    std::optional<Probe> admit(Clock::time_point now);
    /** How long nothing is admitted; 0 when something may be, or only a probe's reply is missing.
     */
    std::chrono::milliseconds untilProbe(Clock::time_point now) const;
    /** An admitted request was not sent, or cancelled before it had a reply. */
    void withdraw(Probe probe);
    void record(Probe probe, const Reply &reply, Clock::time_point now,
                std::chrono::system_clock::time_point wallNow);
    const ServiceState &state() const { return state_; }

private:
    bool isLate(Probe probe) const;
    void change(ServiceCondition next, const Reply &reply,
                std::chrono::system_clock::time_point wallNow);
    std::chrono::milliseconds pauseAskedFor(const Reply &reply) const;
    std::chrono::milliseconds pauseAfter(const Reply &reply);

    ServiceState state_;
    unsigned failuresInARow_ = 0;
    ProbeGate gate_;
    BackoffRules rules_;
    Backoff backoff_;
};

} // namespace ooto::core
