// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/base/histogram.h"

#include <gtest/gtest.h>

#include <array>

namespace ooto::core
{
namespace
{

constexpr std::array bounds{0.1, 0.5, 2.0};

TEST(Histogram, countsWhatDoesNotExceedABoundWithWhatIsBelow)
{
    Histogram histogram(bounds);
    for (const double value : {0.05, 0.1, 0.4, 1.0, 1.5, 7.0})
        histogram.add(value);
    EXPECT_EQ(histogram.countUpTo(0), 2U);
    EXPECT_EQ(histogram.countUpTo(1), 3U);
    EXPECT_EQ(histogram.countUpTo(2), 5U);
    EXPECT_EQ(histogram.count(), 6U);
    EXPECT_DOUBLE_EQ(histogram.sum(), 10.05);
}

TEST(Histogram, hasNothingBeforeTheFirstValue)
{
    const Histogram histogram(bounds);
    EXPECT_EQ(histogram.countUpTo(2), 0U);
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.sum(), 0);
}

TEST(Histogram, keepsItsCountsWhenItIsCopied)
{
    Histogram histogram(bounds);
    histogram.add(0.3);
    const Histogram copy = histogram;
    histogram.add(0.3);
    EXPECT_EQ(copy.countUpTo(1), 1U);
    EXPECT_EQ(histogram.countUpTo(1), 2U);
}

} // namespace
} // namespace ooto::core
