// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/endpoint.h"

#include <gtest/gtest.h>

namespace ooto::service
{
namespace
{

TEST(Endpoint, acceptsHttpsAnywhere)
{
    for (const char *endpoint :
         {defaultEndpoint, "https://faces.example", "https://faces.example:8443/a/b%20c",
          "HTTPS://faces.example/", "https://10.0.0.1/", "https://[2001:db8::1]:1/identify"})
        EXPECT_EQ(checkEndpoint(endpoint, false), "") << endpoint;
}

TEST(Endpoint, acceptsPlainHttpToThisMachine)
{
    for (const char *endpoint :
         {"http://localhost:8080/identify", "http://LOCALHOST/", "http://127.0.0.1:1/",
          "http://127.255.0.3/", "http://[::1]:8080/", "HTTP://localhost"})
        EXPECT_EQ(checkEndpoint(endpoint, false), "") << endpoint;
}

TEST(Endpoint, acceptsPlainHttpElsewhereOnlyWhenAllowed)
{
    for (const char *endpoint :
         {"http://faces.example/", "http://10.0.0.1/", "http://128.0.0.1/",
          "http://127.0.0.1.example/", "http://localhost.example/", "http://notlocalhost/",
          "http://[::2]/", "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://127.1/",
          "http://2130706433/"}) {
        const std::string text = checkEndpoint(endpoint, false);
        EXPECT_NE(text.find("`allow-http=true`"), std::string::npos) << endpoint << ": " << text;
        EXPECT_EQ(checkEndpoint(endpoint, true), "") << endpoint;
    }
}

TEST(Endpoint, refusesWhatIsNoUrlForPhotos)
{
    for (const char *endpoint :
         {"", "faces.example", "/identify", "//faces.example/", "https:", "https://", "https:///x",
          "https://:443/", "ftp://faces.example/", "file:///etc/passwd", "https://faces.example:x/",
          "https://faces.example:99999/", "https://faces example/", " https://faces.example/",
          "https://faces.example/\n", "https://faces.example/\r\nAPP-KEY: x", "https://[::1/",
          "https://faces.example/%zz", "https://\xff/"}) {
        const std::string text = checkEndpoint(endpoint, true);
        EXPECT_NE(text.find("`endpoint`"), std::string::npos) << endpoint << ": " << text;
    }
}

TEST(Endpoint, refusesUserInfoQueryAndFragment)
{
    for (const char *endpoint :
         {"https://user@faces.example/", "https://user:hunter2@faces.example/",
          "https://@faces.example/", "http://localhost:hunter2@faces.example/",
          "https://faces.example/?", "https://faces.example/?token=hunter2",
          "https://faces.example/#", "https://faces.example/#hunter2"}) {
        const std::string text = checkEndpoint(endpoint, true);
        EXPECT_FALSE(text.empty()) << endpoint;
        EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
    }
}

} // namespace
} // namespace ooto::service
