// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/traffic/backoff.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using std::chrono::milliseconds;

constexpr milliseconds least{10};
/** More makes no sense, and less than this leaves room for doubling. */
constexpr milliseconds most = std::chrono::hours(24);

milliseconds bounded(double seconds)
{
    // Written so that what is no number becomes the least.
    if (!(seconds * 1000 > static_cast<double>(least.count())))
        return least;
    if (seconds * 1000 >= static_cast<double>(most.count()))
        return most;
    return milliseconds(static_cast<milliseconds::rep>(seconds * 1000));
}

} // namespace

BackoffRules backoffRules(double factorS, double longestS)
{
    return {bounded(factorS), bounded(longestS)};
}

milliseconds longestPause(const BackoffRules &rules)
{
    return std::clamp(rules.longest, least, most);
}

milliseconds Backoff::pause(const BackoffRules &rules)
{
    const milliseconds whole =
        std::min(paused_ + std::clamp(rules.factor, least, most), longestPause(rules));
    std::uniform_int_distribution<milliseconds::rep> upperHalf((whole.count() + 1) / 2,
                                                               whole.count());
    const milliseconds pause(upperHalf(random_));
    // No further than it matters, for it would overflow after millions of years.
    paused_ = std::min(paused_ + pause, most);
    return pause;
}

} // namespace ooto::core
