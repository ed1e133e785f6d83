// SPDX-License-Identifier: LGPL-2.1-or-later
// Percentiles of the last values of something that is measured all the time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ooto::core
{

/** Keeps the last `Capacity` values. Adding one costs nothing; asking sorts. Not thread-safe. */
template<std::size_t Capacity = 1024>
class RecentValues
{
public:
    void add(double value)
    {
        values_[added_ % Capacity] = static_cast<float>(value);
        ++added_;
    }

    /** The value that a share of all recent ones does not exceed; 0 when there is none. */
    double percentile(double share) const
    {
        std::vector<float> sorted(values_.begin(), values_.begin() + size());
        if (sorted.empty())
            return 0;
        const auto rank =
            std::min(sorted.size() - 1, static_cast<std::size_t>(share * sorted.size()));
        std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end());
        return sorted[rank];
    }

    double mean() const
    {
        double sum = 0;
        for (std::size_t i = 0; i < size(); ++i)
            sum += values_[i];
        return size() ? sum / size() : 0;
    }

private:
    std::size_t size() const
    {
        return static_cast<std::size_t>(std::min<std::uint64_t>(added_, Capacity));
    }

    std::array<float, Capacity> values_{};
    std::uint64_t added_ = 0;
};

} // namespace ooto::core
