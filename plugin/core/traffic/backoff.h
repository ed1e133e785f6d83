// SPDX-License-Identifier: LGPL-2.1-or-later
// How long to wait after a failure, and longer after the next one.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace ooto::core
{

/** `retry-backoff-factor` and `retry-backoff-max`, with souphttpsrc's names. */
struct BackoffRules {
    std::chrono::milliseconds factor{500};    ///< the longest pause after the first failure
    std::chrono::milliseconds longest{30000}; ///< no pause is longer

    bool operator==(const BackoffRules &) const = default;
};

/** The same with seconds as in the properties; what makes no sense becomes what comes nearest. */
BackoffRules backoffRules(double factorS, double longestS);

/** The longest pause that these rules allow; at least 10 ms, which is a hundred tries a second. */
std::chrono::milliseconds longestPause(const BackoffRules &rules);

/**
 * Pauses of one row of failures. Each is at most `factor` more than all before it in the row came
 * to, so that they double at most (factor, 2 * factor, 4 * factor ... `longest`), and an outage of
 * n s is noticed to be over within 2n s and `factor`. That bound would not hold for doubling that
 * goes by the number of failures: after some short pauses by chance a long one would follow.
 *
 * Jitter is over the upper half of that ("equal jitter" in the AWS Architecture Blog, "Exponential
 * Backoff And Jitter"): those who failed together do not come back together, and nobody hammers.
 */
class Backoff
{
public:
    explicit Backoff(std::uint32_t jitterSeed) : random_(jitterSeed) {}

    /** The next pause of the row. */
    std::chrono::milliseconds pause(const BackoffRules &rules);
    /** The row is over. */
    void beginAnew() { paused_ = std::chrono::milliseconds(0); }

private:
    std::chrono::milliseconds paused_{0}; ///< in this row, in all
    std::mt19937 random_;
};

} // namespace ooto::core
