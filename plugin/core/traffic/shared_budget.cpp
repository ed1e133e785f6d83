// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/shared_budget.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t daysKept = 4;
/** An answer takes some 0.1 ms, and 100 ms at most. */
constexpr milliseconds untilItAnswers{1};
/** Who asked may have gone; a token of the rate is not kept for later. */
constexpr std::chrono::seconds ticketLife{1};
constexpr milliseconds untilOthersGive{250};
constexpr milliseconds untilTheDateIsLookedAt{10000};
constexpr milliseconds untilItMayBeBack{1000};
constexpr milliseconds shortestWait{20};
/**
 * Every run announces itself that often. A run that has been there for twice as long is known to
 * all others, so that their number holds for the next day, too.
 */
constexpr milliseconds betweenAnnouncements{5000};
constexpr milliseconds betweenAnnouncementsInNeed{1000};
constexpr milliseconds atOnce{20};
/** Below so many for each run it matters who keeps what. */
constexpr std::uint64_t fewForEach = 50;

SharedBudget::Take meaningOf(SharedReply::Status status)
{
    switch (status) {
    case SharedReply::Status::Spent:
        return SharedBudget::Take::Spent;
    case SharedReply::Status::Rate:
        return SharedBudget::Take::Rate;
    default:
        return SharedBudget::Take::Wait;
    }
}

milliseconds pauseAfter(const SharedReply &reply)
{
    switch (reply.status) {
    case SharedReply::Status::Spent:
        return untilTheDateIsLookedAt;
    case SharedReply::Status::Young:
        return std::max(reply.wait, shortestWait);
    case SharedReply::Status::Rate:
        return std::max(reply.wait, milliseconds(1));
    default:
        return untilOthersGive;
    }
}

} // namespace

bool SharedBudget::Day::mayTake(std::uint64_t limit, std::uint64_t reserved) const
{
    return limit == 0 || credits > 0 || count + reserved < ceiling;
}

std::uint64_t SharedBudget::Day::take()
{
    if (credits > 0)
        --credits;
    else
        ++count;
    return count;
}

std::uint64_t SharedBudget::Day::sum() const
{
    return seen ? seen->sum + (count - std::min(count, countSeen)) : count;
}

std::uint64_t SharedBudget::Day::share(std::uint64_t limit) const
{
    const std::uint64_t kept = ceiling - std::min(ceiling, count);
    if (!seen)
        return kept;
    const std::uint64_t left = limit - std::min(limit, sum());
    return std::min(kept, left / std::max<std::uint64_t>(seen->runs, 1));
}

SharedBudget::Day &SharedBudget::dayOf(LocalDate date, std::uint64_t limit)
{
    const auto [day, isNew] = days_.try_emplace(date);
    if (!isNew)
        return day->second;
    // Each of those who know each other may begin with its part, whether it reaches them or not.
    if (firstSeen_ && lastSeen_ - *firstSeen_ >= 2 * betweenAnnouncements)
        day->second.ceiling = limit / runs_;
    while (days_.size() > daysKept && days_.begin()->first != date)
        days_.erase(days_.begin());
    ticket_.reset();
    denial_.reset();
    return day->second;
}

SharedBudget::Taken SharedBudget::take(LocalDate today, std::uint64_t limit, double rate,
                                       Clock::time_point now)
{
    Day &day = dayOf(today, limit);
    if (limit == 0 && !(rate > 0))
        return {Take::Go, 0ms, day.take()};
    if (away_)
        return takeAway(day, limit, rate, now);
    if (ticket_ && now <= *ticket_ && day.mayTake(limit)) {
        ticket_.reset();
        return {Take::Go, 0ms, day.take()};
    }
    if (denial_ && now < denial_->until)
        return {denial_->why, std::chrono::ceil<milliseconds>(denial_->until - now), 0};
    wanted_ = !asking_;
    return {Take::Asked, untilItAnswers, 0};
}

SharedBudget::Taken SharedBudget::takeAway(Day &day, std::uint64_t limit, double rate,
                                           Clock::time_point now)
{
    if (!day.mayTake(limit))
        return {Take::Away, untilItMayBeBack, 0};
    ownRate_.setRate(rate / static_cast<double>(runs_), now);
    if (!ownRate_.take(now))
        return {Take::Rate, ownRate_.untilNext(now), 0};
    return {Take::Go, 0ms, day.take()};
}

std::optional<std::uint64_t> SharedBudget::takeAtOnce(LocalDate today, std::uint64_t limit)
{
    Day &day = dayOf(today, limit);
    if (!day.mayTake(limit, asking_ ? 1 : 0))
        return std::nullopt;
    return day.take();
}

void SharedBudget::setAway()
{
    away_ = true;
    asking_ = false;
}

void SharedBudget::giveBack(LocalDate date)
{
    const auto day = days_.find(date);
    if (day != days_.end() && day->second.credits < day->second.count)
        ++day->second.credits;
    if (denial_ && denial_->why != Take::Rate)
        denial_.reset();
}

SharedCall SharedBudget::makeCall(LocalDate today, std::uint64_t limit, double rate,
                                  Clock::time_point now, bool leaving)
{
    Day &day = dayOf(today, limit);
    // Without an answer the shared state may have lowered the ceiling to this, or not heard of it.
    day.ceiling = day.count + (leaving ? 0 : day.share(limit));
    SharedCall call{.date = today,
                    .sequence = ++sequence_,
                    .count = day.count,
                    .keep = day.ceiling,
                    .limit = limit,
                    .rate = rate,
                    .needsOne = false,
                    .wantsToken = false,
                    .leaving = leaving};
    if (leaving)
        firstSeen_.reset(); // from now on others do not count on it
    const bool hasTicket = ticket_ && now <= *ticket_;
    if (wanted_ && !hasTicket && !leaving) {
        call.needsOne = limit > 0 && day.credits == 0;
        call.wantsToken = true;
        asking_ = true;
    }
    wanted_ = false;
    return call;
}

void SharedBudget::note(const SharedCall &call, const SharedReply &reply, Clock::time_point now)
{
    away_ = false;
    asking_ = asking_ && !call.wantsToken;
    lastSeen_ = now;
    if (!firstSeen_)
        firstSeen_ = now;
    const auto found = days_.find(call.date);
    if (found == days_.end() || call.sequence != sequence_ ||
        reply.status == SharedReply::Status::Stale)
        return;
    Day &day = found->second;
    const bool isGranted = call.needsOne && reply.status == SharedReply::Status::Ok;
    day.count = std::max(day.count + (isGranted ? 1 : 0), reply.count);
    day.credits += isGranted ? 1 : 0; // it is counted, and not used yet
    day.ceiling = reply.ceiling;
    day.seen = Seen{reply.sum, std::max<std::uint64_t>(reply.runs, 1)};
    day.countSeen = reply.count;
    day.pressed = reply.pressed;
    runs_ = day.seen->runs;
    if (!call.wantsToken)
        return;
    if (reply.status == SharedReply::Status::Ok) {
        ticket_ = now + ticketLife;
        denial_.reset();
    } else {
        denial_ = Denial{meaningOf(reply.status), now + pauseAfter(reply)};
    }
}

milliseconds SharedBudget::untilAnnouncement(LocalDate today, std::uint64_t limit) const
{
    const auto found = days_.find(today);
    if (limit == 0 || found == days_.end() || !found->second.seen)
        return betweenAnnouncements;
    const Day &day = found->second;
    if (day.pressed && day.count + day.share(limit) < day.ceiling)
        return atOnce;
    const std::uint64_t left = limit - std::min(limit, day.sum());
    const bool matters = left > 0 && left / day.seen->runs < fewForEach;
    return matters || day.pressed ? betweenAnnouncementsInNeed : betweenAnnouncements;
}

std::optional<SharedBudget::Seen> SharedBudget::seen(LocalDate date) const
{
    const auto found = days_.find(date);
    if (found == days_.end() || !found->second.seen)
        return std::nullopt;
    return Seen{found->second.sum(), found->second.seen->runs};
}

} // namespace ooto::core
