// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/allowed_hosts.h"

#include <gtest/gtest.h>

namespace ooto::watch
{
namespace
{

TEST(AllowedHosts, areAddressesLocalhostAndThoseThatAreNamed)
{
    const AllowedHosts hosts({"Watch.Example"});
    for (const char *host :
         {"localhost", "LOCALHOST:9464", "localhost.", "127.0.0.1", "10.0.0.7:80", "[::1]",
          "[fe80::1]:9464", "watch.example", "WATCH.example.:9464"})
        EXPECT_TRUE(hosts.allows(host)) << host;
}

TEST(AllowedHosts, areNoOthers)
{
    const AllowedHosts hosts({"watch.example"});
    for (const char *host :
         {"", ".", ":80", "evil.example", "watch.example.evil.example", "xwatch.example",
          "localhost.evil.example", "127.0.0.1.evil.example", "2130706433", "0x7f.1", "[::1",
          "[evil.example]", "localhost:", "localhost:80:80", "localhost:x",
          "localhost, evil.example", "localhost@evil.example", "evil.example#localhost",
          "localhost:123456"})
        EXPECT_FALSE(hosts.allows(host)) << host;
}

TEST(SameOrigin, isThatOfTheHostHeader)
{
    EXPECT_TRUE(isSameOrigin("http://10.0.0.7:9464", "10.0.0.7:9464"));
    EXPECT_TRUE(isSameOrigin("https://Watch.example", "watch.example"));
    for (const char *origin :
         {"", "null", "http://", "http://evil.example", "http://10.0.0.7", "http://10.0.0.7:9465",
          "ftp://10.0.0.7:9464", "http://10.0.0.7:9464.evil.example", "10.0.0.7:9464"})
        EXPECT_FALSE(isSameOrigin(origin, "10.0.0.7:9464")) << origin;
}

} // namespace
} // namespace ooto::watch
