// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/retry_after.h"

#include <gtest/gtest.h>

namespace ooto::http
{
namespace
{

using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110
constexpr std::chrono::system_clock::time_point now{784111777s};

TEST(RetryAfter, readsSeconds)
{
    EXPECT_EQ(parseRetryAfter("0", now), 0s);
    EXPECT_EQ(parseRetryAfter("120", now), 120s);
    EXPECT_EQ(parseRetryAfter(" 120 ", now), 120s);
    EXPECT_EQ(parseRetryAfter("99999999", now), 24h);
    EXPECT_EQ(parseRetryAfter("99999999999999999999999", now), 24h);
}

TEST(RetryAfter, readsAllFormsOfAnHttpDate)
{
    EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
    EXPECT_EQ(parseRetryAfter("Sunday, 06-Nov-94 08:50:37 GMT", now), 60s);
    EXPECT_EQ(parseRetryAfter("Sun Nov  6 08:50:37 1994", now), 60s);
}

TEST(RetryAfter, takesAPastDateForNow)
{
    EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now), 0s);
    EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 2094 08:00:00 GMT", now), 24h);
}

TEST(RetryAfter, ignoresEverythingElse)
{
    for (const char *value : {"", " ", "soon", "-1", "1.5", "1e3", "0x10", "12 s", "Sun, 06 Nov",
                              "Sun, 99 Nov 1994 08:50:37 GMT"})
        EXPECT_FALSE(parseRetryAfter(value, now)) << value;
    EXPECT_FALSE(parseRetryAfter(std::string(100000, 'x'), now));
}

} // namespace
} // namespace ooto::http
