// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/delivery_schedule.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

/** Of the record that was tried. */
AfterAttempt::Fate fateAfter(Attempt attempt)
{
    switch (attempt) {
    case Attempt::Delivered:
        return AfterAttempt::Fate::Deliver;
    case Attempt::Rejected:
        return AfterAttempt::Fate::Reject;
    default:
        return AfterAttempt::Fate::Keep;
    }
}

} // namespace

AfterAttempt DeliverySchedule::note(std::int64_t id, bool isOldest, Attempt attempt,
                                    std::optional<Time> wish, Time now)
{
    AfterAttempt after{.fate = fateAfter(attempt)};
    if (after.fate != AfterAttempt::Fate::Keep) {
        if (!isOldest && attempt == Attempt::Delivered && isGivenUp(now))
            after.rejectToo = failing_->id;
        well();
        return after;
    }
    if (isOldest && attempt == Attempt::Failed) {
        if (!failing_ || failing_->id != id)
            failing_ = Failing{.id = id, .tries = 0, .since = now};
        ++failing_->tries;
    }
    trouble(attempt, wish, now);
    triesNext_ = isOldest && isGivenUp(now);
    return after;
}

AfterAttempt DeliverySchedule::noteLate(Attempt attempt, std::optional<Time> wish, Time now)
{
    if (attempt == Attempt::Gone)
        wish = pauseWhenGone;
    if (wish)
        notBefore_ = std::max(notBefore_, now + *wish);
    return {.fate = fateAfter(attempt)};
}

void DeliverySchedule::well()
{
    inTrouble_ = false;
    triesNext_ = false;
    notBefore_ = Time{0};
    failing_.reset();
    backoff_.beginAnew();
}

void DeliverySchedule::trouble(Attempt attempt, std::optional<Time> wish, Time now)
{
    inTrouble_ = true;
    Time pause = backoff_.pause(rules_);
    if (attempt == Attempt::Gone)
        pause = pauseWhenGone;
    else if (wish)
        pause = std::max(*wish, Time{0});
    notBefore_ = std::max(notBefore_, now + pause);
}

bool DeliverySchedule::isGivenUp(Time now) const
{
    return failing_ && failing_->tries >= triesBeforeNext &&
           now - failing_->since >= timeBeforeNext;
}

} // namespace ooto::core
