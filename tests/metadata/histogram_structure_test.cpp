// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/histogram_structure.h"

#include <gtest/gtest.h>

#include <array>

namespace ooto::metadata
{
namespace
{

constexpr std::array bounds{0.00001, 0.005, 2.0, 10.0};

core::Histogram someHistogram()
{
    core::Histogram histogram(bounds);
    for (const double value : {0.000005, 0.004, 0.004, 1.0, 60.0})
        histogram.add(value);
    return histogram;
}

TEST(HistogramStructure, namesEachBoundInPlainDigits)
{
    const element::StructureHandle structure = histogramStructure(someHistogram());
    guint64 count = 0;
    EXPECT_TRUE(gst_structure_get_uint64(structure.get(), "le-0.00001", &count));
    EXPECT_EQ(count, 1U);
    EXPECT_TRUE(gst_structure_get_uint64(structure.get(), "le-0.005", &count));
    EXPECT_EQ(count, 3U);
    EXPECT_TRUE(gst_structure_get_uint64(structure.get(), "le-10", &count));
    EXPECT_EQ(count, 4U);
}

TEST(HistogramStructure, isReadAsItWasWritten)
{
    const HistogramReading reading = readHistogram(histogramStructure(someHistogram()).get());
    ASSERT_EQ(reading.buckets.size(), 4U);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        EXPECT_EQ(reading.buckets[i].bound, bounds[i]);
        EXPECT_EQ(reading.buckets[i].count, someHistogram().countUpTo(i));
    }
    EXPECT_EQ(reading.count, 5U);
    EXPECT_DOUBLE_EQ(reading.sum, 61.008005);
}

TEST(HistogramStructure, survivesBeingTextOnItsWay)
{
    const element::StructureHandle structure = histogramStructure(someHistogram());
    const system::CharsHandle text(gst_structure_to_string(structure.get()));
    const element::StructureHandle parsed(gst_structure_from_string(text.get(), nullptr));
    ASSERT_TRUE(parsed) << text.get();
    EXPECT_TRUE(gst_structure_is_equal(structure.get(), parsed.get())) << text.get();
}

TEST(HistogramStructure, isEmptyWhereNothingIsInIt)
{
    const element::StructureHandle other(gst_structure_new_empty("other"));
    const HistogramReading reading = readHistogram(other.get());
    EXPECT_TRUE(reading.buckets.empty());
    EXPECT_EQ(reading.count, 0U);
}

} // namespace
} // namespace ooto::metadata
