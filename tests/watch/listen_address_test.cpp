// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/listen_address.h"

#include <gtest/gtest.h>

#include <string>

namespace ooto::watch
{
namespace
{

std::string reachable(const std::string &text)
{
    const auto address = parseListenAddress(text);
    return address ? addressText(reachableAddress(*address)) : address.error();
}

TEST(ListenAddress, isReadAsItIsWritten)
{
    for (const char *text :
         {"127.0.0.1:9464", "0.0.0.0:1", "[::]:65535", "[::1]:0", "localhost:80"}) {
        const auto address = parseListenAddress(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(addressText(*address), text);
    }
}

TEST(ListenAddress, saysWhatIsNone)
{
    for (const char *text :
         {"", ":", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
          "127.0.0.1:-1", "::1:9464", "[127.0.0.1]:9464", "[::1]", "camera.local:9464",
          "http://127.0.0.1:9464", "127.0.0.1:9464/", "[localhost]:1"}) {
        const auto address = parseListenAddress(text);
        ASSERT_FALSE(address) << text;
        EXPECT_NE(address.error().find("HOST:PORT"), std::string::npos);
    }
}

TEST(ListenAddress, isReachedFromHere)
{
    EXPECT_EQ(reachable("0.0.0.0:9464"), "127.0.0.1:9464");
    EXPECT_EQ(reachable("[::]:9464"), "[::1]:9464");
    EXPECT_EQ(reachable("localhost:9464"), "127.0.0.1:9464");
    EXPECT_EQ(reachable("10.0.0.7:9464"), "10.0.0.7:9464");
}

TEST(ListenAddress, isBothLoopbacksForLocalhost)
{
    EXPECT_EQ(socketAddresses({"localhost", 1}).size(), 2U);
    EXPECT_EQ(socketAddresses({"::1", 1}).size(), 1U);
}

} // namespace
} // namespace ooto::watch
