// SPDX-License-Identifier: LGPL-2.1-or-later
// How often something that is measured all the time was how large.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ooto::core
{

/**
 * Counts values by bounds that stay. Unlike RecentValues it forgets none, and those of several
 * times and places can be added up. Adding one costs some nanoseconds. Not thread-safe.
 */
class Histogram
{
public:
    /** @param bounds ascending; what they are in outlives this */
    explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size()) {}

    void add(double value)
    {
        const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), value);
        if (place != bounds_.end())
            ++counts_[static_cast<std::size_t>(place - bounds_.begin())];
        ++count_;
        sum_ += value;
    }

    std::span<const double> bounds() const { return bounds_; }
    /** How many values did not exceed the bound of that index. */
    std::uint64_t countUpTo(std::size_t index) const
    {
        std::uint64_t count = 0;
        for (std::size_t i = 0; i <= index; ++i)
            count += counts_[i];
        return count;
    }
    /** How many values there were, those above the last bound with them. */
    std::uint64_t count() const { return count_; }
    double sum() const { return sum_; }

private:
    std::span<const double> bounds_;
    std::vector<std::uint64_t> counts_; ///< of each bound, without those below
    std::uint64_t count_ = 0;
    double sum_ = 0;
};

} // namespace ooto::core
