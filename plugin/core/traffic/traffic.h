// SPDX-License-Identifier: LGPL-2.1-or-later
// Who of those who share a service may ask it now, and what each is to be told about it.
#pragma once

#include "core/base/expected.h"
#include "core/traffic/held_back.h"
#include "core/traffic/key_health.h"
#include "core/traffic/service_health.h"
#include "core/traffic/token_bucket.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ooto::core
{

/** What one member allows; over all members the smallest holds, 0 (no limit) aside. */
struct Limits {
    unsigned maxInFlight = 4;               ///< 1..64
    double maxRate = 5;                     ///< requests per second; 0 = no limit
    std::uint64_t maxRequestsPerDay = 2000; ///< 0 = no limit; counted elsewhere
    BackoffRules backoff{};
};

/**
 * Pure decisions: every call is told what time it is. Not thread-safe. Members and keys go by
 * numbers, which the caller gives.
 *
 * What a member is told is what keeps *it* from asking: that its key is refused, else that the
 * day's budget is spent, else how the service is, else that the state that machines share is away.
 */
class Traffic
{
public:
    using Clock = std::chrono::steady_clock;
    using WallTime = std::chrono::system_clock::time_point;
    using MemberId = std::uint64_t;
    using KeyId = std::uint64_t;

    /** One request that may go; goes back to record(), cancelled() or unused(), once. */
    struct Permitted {
        KeyId key = 0;
        ServiceHealth::Probe byService = 0;
        KeyHealth::Probe byKey;
    };
    struct News {
        MemberId member;
        ServiceState state;
    };

    explicit Traffic(std::uint32_t jitterSeed) : health_(jitterSeed) {}

    void join(MemberId member, KeyId key, const Limits &limits, Clock::time_point now);
    void leave(MemberId member, Clock::time_point now);
    void setLimits(MemberId member, const Limits &limits, Clock::time_point now);
    /** People set the member's key, maybe to what it was: it is tried at once. */
    void setKey(MemberId member, KeyId key);
    bool usesKey(KeyId key) const;

    Expected<Permitted, NotNow> admit(MemberId member, Clock::time_point now);
    /** A request that was permitted is to be sent once more. @return false when the rate forbids */
    bool admitAgain(Clock::time_point now) { return rate_.take(now); }
    /** It was not sent once more. */
    void unusedAgain(Clock::time_point now) { rate_.giveBack(now); }
    /** The request was not sent. */
    void unused(const Permitted &permitted, Clock::time_point now);
    /** The request was sent, and is given up before it had a reply. */
    void cancelled(const Permitted &permitted);
    void record(const Permitted &permitted, const Reply &reply, Clock::time_point now,
                WallTime wallNow);
    /** @param reason nothing = there is budget left @return true when that is news */
    bool setBudgetSpent(const std::optional<std::string> &reason, WallTime wallNow);

    /**
     * @param reason why the state that machines share is away; nothing = it is there, or none is
     * shared @return true when that is news
     */
    bool setSharedAway(const std::optional<std::string> &reason, WallTime wallNow);
    KeyId keyOf(MemberId member) const;

    /** Whose state changed since they were told last, if only in its reason. */
    std::vector<News> takeNews(WallTime wallNow);
    /** The limits that hold for all. */
    const Limits &limits() const { return limits_; }

private:
    struct Member {
        KeyId key = 0;
        Limits limits;
        ServiceState told;
        /** That of an older key, until the service accepts the one in use. */
        std::optional<KeyRefusal> oldRefusal;
    };

    void forgetUnusedKeys();
    void adjustLimits(Clock::time_point now);
    ServiceState stateOf(const Member &member) const;
    std::chrono::milliseconds keyPause() const;

    ServiceHealth health_;
    TokenBucket rate_;
    Limits limits_;
    unsigned inFlight_ = 0; ///< reserved or sent, and not ended
    std::optional<ServiceState> budgetSpent_;
    std::optional<ServiceState> sharedAway_;
    std::map<MemberId, Member> members_;
    std::map<KeyId, KeyHealth> keys_; ///< of the members
};

} // namespace ooto::core
