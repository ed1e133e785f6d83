// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backoff.h"

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

milliseconds longestPause(const BackoffRules &rules, unsigned failuresInARow)
{
    constexpr unsigned enough = 30; // 10 ms * 2^30 is a third of a year
    const unsigned doublings = std::min(failuresInARow - std::min(failuresInARow, 1U), enough);
    const milliseconds whole = std::clamp(rules.factor, least, most) * (1LL << doublings);
    return std::clamp(whole, least, std::clamp(rules.longest, least, most));
}

milliseconds Backoff::pause(const BackoffRules &rules, unsigned failuresInARow)
{
    const auto whole = longestPause(rules, failuresInARow).count();
    return milliseconds(std::uniform_int_distribution<milliseconds::rep>(0, whole)(random_));
}

} // namespace ooto::core
