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

/** min(longest, factor * 2^(failures-1)), and never less than 10 ms: a hundred tries a second. */
std::chrono::milliseconds longestPause(const BackoffRules &rules, unsigned failuresInARow);

/**
 * Pauses with full jitter: anything from nothing to longestPause(), so that those who failed
 * together do not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
class Backoff
{
public:
    explicit Backoff(std::uint32_t jitterSeed) : random_(jitterSeed) {}

    std::chrono::milliseconds pause(const BackoffRules &rules, unsigned failuresInARow);

private:
    std::mt19937 random_;
};

} // namespace ooto::core
