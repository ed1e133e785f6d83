// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

/** What sums of tenths and thirds lack of a whole; a millionth of a request is no matter. */
constexpr double rounding = 1e-6;
/** A wait that is not worth telling more exactly, and fits into any type of duration. */
constexpr double longestWaitS = 3600;

} // namespace

void TokenBucket::setRate(double perSecond, Clock::time_point now)
{
    const double next = std::isfinite(perSecond) && perSecond > 0 ? perSecond : 0;
    if (next == perSecond_)
        return;
    const bool wasLimited = limited();
    fill(now);
    perSecond_ = next;
    filled_ = std::max(filled_, now);
    tokens_ = wasLimited ? std::min(tokens_, capacity()) : capacity();
}

bool TokenBucket::take(Clock::time_point now)
{
    if (!limited())
        return true;
    fill(now);
    if (tokens_ < 1 - rounding)
        return false;
    tokens_ -= 1;
    return true;
}

void TokenBucket::giveBack(Clock::time_point now)
{
    if (!limited())
        return;
    fill(now);
    tokens_ = std::min(tokens_ + 1, capacity());
}

std::chrono::milliseconds TokenBucket::untilNext(Clock::time_point now)
{
    fill(now);
    if (!limited() || tokens_ >= 1 - rounding)
        return std::chrono::milliseconds(0);
    const double seconds = std::min((1 - tokens_) / perSecond_, longestWaitS);
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

double TokenBucket::capacity() const
{
    return std::max(perSecond_, 1.0);
}

void TokenBucket::fill(Clock::time_point now)
{
    if (now <= filled_)
        return;
    const std::chrono::duration<double> passed = now - filled_;
    tokens_ = std::min(tokens_ + passed.count() * perSecond_, capacity());
    filled_ = now;
}

} // namespace ooto::core
