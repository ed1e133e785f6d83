// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the identify service may be asked now, judged by how the last requests ended.
#pragma once

#include "core/reply.h"

#include <chrono>
#include <cstdint>
#include <optional>
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
 *
 * Only a probe's reply ends trouble or makes its pause longer. Requests that were under way when
 * trouble began say nothing new: a good reply would cut short the pause that the service asked
 * for, and bad ones are the same failure again. They still count where they ask for a longer
 * pause or say that only a human can help.
 */
class ServiceHealth
{
public:
    using Clock = std::chrono::steady_clock;

    /** Permission for one request; goes back to record() or withdraw(), once. */
    struct Admission {
        std::uint64_t probe = 0;   ///< the probe's number; 0 for a request sent while all is well
        std::uint64_t keyTurn = 0; ///< how often credentials had changed by then
    };

    explicit ServiceHealth(std::uint32_t jitterSeed = 1);

    /** Nothing while the service had better not be asked; makes the request the probe in trouble.
     */
    std::optional<Admission> admit(Clock::time_point now);
    /** How long nothing is admitted; 0 when something may be, or only a probe's reply is missing.
     */
    std::chrono::milliseconds untilProbe(Clock::time_point now) const;
    /** An admitted request was not sent, or cancelled before it had a reply. */
    void withdraw(const Admission &admission);
    /**
     * @return true when people should be told: the condition changed, or a service that was down
     * anyhow now needs a human
     */
    bool record(const Admission &admission, const Reply &reply, Clock::time_point now,
                std::chrono::system_clock::time_point wallNow);
    /**
     * Credentials changed: asking may go on at once. Does not change the condition. A 401 or 403
     * to a request admitted before is no longer news.
     */
    void credentialsChanged();

    const ServiceState &state() const { return state_; }

private:
    bool isLate(const Admission &admission) const;
    bool change(ServiceCondition next, const Reply &reply,
                std::chrono::system_clock::time_point wallNow);
    std::chrono::milliseconds pauseAfter(const Reply &reply);

    ServiceState state_;
    Outcome cause_ = Outcome::Answered; ///< of what people were told last
    unsigned failuresInARow_ = 0;
    std::uint64_t probesSent_ = 0;
    std::uint64_t probe_ = 0; ///< the probe under way; 0 = none
    std::uint64_t keyTurn_ = 0;
    Clock::time_point nextProbe_{};
    std::minstd_rand random_;
};

} // namespace ooto::core
