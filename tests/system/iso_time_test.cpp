// SPDX-License-Identifier: LGPL-2.1-or-later
// Times as text.
#include "system/iso_time.h"

#include <gtest/gtest.h>

namespace
{

using ooto::system::iso8601;
using Time = std::chrono::system_clock::time_point;

TEST(IsoTime, isUtcWithMicroseconds)
{
    EXPECT_EQ(iso8601(Time(std::chrono::microseconds(1738324800123456))),
              "2025-01-31T12:00:00.123456Z");
    EXPECT_EQ(iso8601(Time(std::chrono::microseconds(5))), "1970-01-01T00:00:00.000005Z");
}

} // namespace
