// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/statistics_sum.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>

namespace ooto::watch
{

namespace
{

element::StructureHandle structure(const char *text)
{
    return element::StructureHandle(gst_structure_from_string(text, nullptr));
}

std::string sum(const char *earlier, const char *latest)
{
    const element::StructureHandle result =
        summed(structure(earlier).get(), structure(latest).get());
    const element::StructureHandle again(gst_structure_copy(result.get()));
    gchar *text = gst_structure_to_string(again.get());
    const std::string said = text;
    g_free(text);
    return said;
}

TEST(StatisticsSum, addsCountersAndLeavesWhatIsSoNow)
{
    EXPECT_EQ(sum("s, frames=(guint64)10, in-flight=(uint)3, rtt-p95-ms=(double)7, "
                  "budget-left=(guint64)90;",
                  "s, frames=(guint64)5, in-flight=(uint)1, rtt-p95-ms=(double)2, "
                  "budget-left=(guint64)80;"),
              "s, frames=(guint64)15, in-flight=(uint)1, rtt-p95-ms=(double)2, "
              "budget-left=(guint64)80;");
}

TEST(StatisticsSum, keepsWhatHappenedBeforeOnly)
{
    const element::StructureHandle inner = structure("errors, timeout=(guint64)2;");
    const element::StructureHandle other =
        structure("errors, timeout=(guint64)1, busy=(guint64)4;");
    const element::StructureHandle before(
        gst_structure_new("s", "errors", GST_TYPE_STRUCTURE, other.get(), nullptr));
    const element::StructureHandle now(
        gst_structure_new("s", "errors", GST_TYPE_STRUCTURE, inner.get(), nullptr));
    const element::StructureHandle result = summed(before.get(), now.get());
    const GstStructure *errors =
        gst_value_get_structure(gst_structure_get_value(result.get(), "errors"));
    guint64 timeout = 0;
    guint64 busy = 0;
    gst_structure_get_uint64(errors, "timeout", &timeout);
    gst_structure_get_uint64(errors, "busy", &busy);
    EXPECT_EQ(timeout, 3u);
    EXPECT_EQ(busy, 4u);
}

TEST(StatisticsSum, addsHistograms)
{
    EXPECT_EQ(sum("h, buckets=(guint64)< 1, 2 >, sum=(double)1.5;",
                  "h, buckets=(guint64)< 10, 20 >, sum=(double)2;"),
              "h, buckets=(guint64)< 11, 22 >, sum=(double)3.5;");
}

TEST(StatisticsSum, dividesAgain)
{
    EXPECT_EQ(sum("s, visits=(guint64)1, requests=(guint64)3, requests-per-visit=(double)3;",
                  "s, visits=(guint64)3, requests=(guint64)3, requests-per-visit=(double)1;"),
              "s, visits=(guint64)4, requests=(guint64)6, requests-per-visit=(double)1.5;");
}

TEST(StatisticsSum, takesNothingForNothing)
{
    EXPECT_FALSE(summed(nullptr, nullptr));
    const element::StructureHandle one = structure("s, frames=(guint64)10;");
    EXPECT_TRUE(gst_structure_is_equal(summed(one.get(), nullptr).get(), one.get()));
    EXPECT_TRUE(gst_structure_is_equal(summed(nullptr, one.get()).get(), one.get()));
}

} // namespace

} // namespace ooto::watch
