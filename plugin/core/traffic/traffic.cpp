// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/traffic.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using std::chrono::milliseconds;

constexpr unsigned maxInFlightLimit = 64;
/** Nobody knows when a request under way ends; this is short beside a round trip. */
constexpr milliseconds untilARequestMayEnd{50};
/** A refused key is tried this rarely, or as rarely as the back-off where that is longer. */
constexpr milliseconds shortestKeyPause{30000};

/** The smaller one, where 0 is no limit. */
template<typename T>
T stricter(T a, T b)
{
    if (!(a > 0) || !(b > 0))
        return std::max(std::max(a, b), T(0));
    return std::min(a, b);
}

Limits stricter(const Limits &a, const Limits &b)
{
    Limits both;
    both.maxInFlight = std::min(a.maxInFlight, b.maxInFlight);
    both.maxRate = stricter(a.maxRate, b.maxRate);
    both.maxRequestsPerDay = stricter(a.maxRequestsPerDay, b.maxRequestsPerDay);
    // The shorter pauses: every member was promised that it recovers within its own.
    both.backoff = {std::min(a.backoff.factor, b.backoff.factor),
                    std::min(a.backoff.longest, b.backoff.longest)};
    return both;
}

} // namespace

void Traffic::join(MemberId id, KeyId key, const Limits &limits, Clock::time_point now)
{
    Member &member = members_[id];
    member.key = key;
    member.limits = limits;
    keys_[key];
    member.told = {}; // that all is well is no news
    adjustLimits(now);
}

void Traffic::leave(MemberId id, Clock::time_point now)
{
    members_.erase(id);
    forgetUnusedKeys();
    adjustLimits(now);
}

void Traffic::setLimits(MemberId id, const Limits &limits, Clock::time_point now)
{
    members_[id].limits = limits;
    adjustLimits(now);
}

void Traffic::setKey(MemberId id, KeyId key)
{
    Member &member = members_[id];
    if (key != member.key) {
        if (const auto &refusal = keys_[member.key].refusal())
            member.oldRefusal = refusal;
        member.key = key;
    }
    keys_[key].setAnew();
    forgetUnusedKeys();
}

bool Traffic::usesKey(KeyId key) const
{
    return keys_.contains(key);
}

void Traffic::forgetUnusedKeys()
{
    std::erase_if(keys_, [this](const auto &entry) {
        return std::none_of(members_.begin(), members_.end(),
                            [&](const auto &member) { return member.second.key == entry.first; });
    });
}

void Traffic::adjustLimits(Clock::time_point now)
{
    if (members_.empty())
        return;
    limits_ = members_.begin()->second.limits;
    for (const auto &[id, member] : members_)
        limits_ = stricter(limits_, member.limits);
    limits_.maxInFlight = std::clamp(limits_.maxInFlight, 1U, maxInFlightLimit);
    rate_.setRate(limits_.maxRate, now);
    health_.setBackoff(limits_.backoff);
}

Expected<Traffic::Permitted, NotNow> Traffic::admit(MemberId id, Clock::time_point now)
{
    if (inFlight_ >= limits_.maxInFlight)
        return NotNow{HeldBack::InFlight, untilARequestMayEnd};
    const KeyId keyId = members_[id].key;
    KeyHealth &key = keys_[keyId];
    const auto byKey = key.admit(now);
    if (!byKey)
        return NotNow{HeldBack::Unauthorized, std::max(key.untilProbe(now), untilARequestMayEnd)};
    const auto byService = health_.admit(now);
    if (!byService) {
        key.withdraw(*byKey);
        return NotNow{HeldBack::Service, std::max(health_.untilProbe(now), untilARequestMayEnd)};
    }
    if (!rate_.take(now)) {
        key.withdraw(*byKey);
        health_.withdraw(*byService);
        return NotNow{HeldBack::Rate, rate_.untilNext(now)};
    }
    ++inFlight_;
    return Permitted{keyId, *byService, *byKey};
}

void Traffic::unused(const Permitted &permitted, Clock::time_point now)
{
    cancelled(permitted);
    rate_.giveBack(now);
}

void Traffic::cancelled(const Permitted &permitted)
{
    --inFlight_;
    health_.withdraw(permitted.byService);
    if (const auto key = keys_.find(permitted.key); key != keys_.end())
        key->second.withdraw(permitted.byKey);
}

void Traffic::record(const Permitted &permitted, const Reply &reply, Clock::time_point now,
                     WallTime wallNow)
{
    --inFlight_;
    health_.record(permitted.byService, reply, now, wallNow);
    if (const auto key = keys_.find(permitted.key); key != keys_.end())
        key->second.record(permitted.byKey, reply, keyPause(), now, wallNow);
}

milliseconds Traffic::keyPause() const
{
    return std::max(shortestKeyPause, limits_.backoff.longest);
}

bool Traffic::setBudgetSpent(const std::optional<std::string> &reason, WallTime wallNow)
{
    if (reason.has_value() == budgetSpent_.has_value())
        return false;
    budgetSpent_.reset();
    if (reason)
        budgetSpent_ = {ServiceCondition::BudgetSpent, *reason, wallNow};
    return true;
}

bool Traffic::setSharedAway(const std::optional<std::string> &reason, WallTime wallNow)
{
    if (reason.has_value() == sharedAway_.has_value())
        return false;
    sharedAway_.reset();
    if (reason)
        sharedAway_ = {ServiceCondition::Degraded, *reason, wallNow};
    return true;
}

Traffic::KeyId Traffic::keyOf(MemberId id) const
{
    const auto member = members_.find(id);
    return member == members_.end() ? 0 : member->second.key;
}

ServiceState Traffic::stateOf(const Member &member) const
{
    const KeyHealth &key = keys_.at(member.key);
    const bool isJudged = key.refusal() || key.accepted();
    const auto &refusal = isJudged ? key.refusal() : member.oldRefusal;
    if (refusal)
        return {ServiceCondition::Unauthorized, refusal->reason, refusal->since};
    if (budgetSpent_)
        return *budgetSpent_;
    const bool isWell = health_.state().condition == ServiceCondition::Ok;
    return isWell && sharedAway_ ? *sharedAway_ : health_.state();
}

std::vector<Traffic::News> Traffic::takeNews(WallTime wallNow)
{
    std::vector<News> news;
    for (auto &[id, member] : members_) {
        if (keys_.at(member.key).accepted())
            member.oldRefusal.reset();
        ServiceState state = stateOf(member);
        const bool sameCondition = state.condition == member.told.condition;
        if (sameCondition && state.reason == member.told.reason)
            continue;
        // What shows now may be older than what hid it; for this member it begins now.
        if (sameCondition)
            state.since = member.told.since;
        else if (state.since <= member.told.since)
            state.since = wallNow;
        member.told = state;
        news.push_back({id, std::move(state)});
    }
    return news;
}

} // namespace ooto::core
