// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/http_uri_check.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using publish::checkHttpUri;
using publish::originOf;
using publish::shownHttpUri;
using publish::withPath;

TEST(HttpUriCheck, takesAddressesOfWebhooks)
{
    for (const char *uri :
         {"https://example.com", "https://example.com/hook?key=a%20b", "HTTPS://example.com:8443/",
          "http://localhost:8080/", "http://127.0.0.1/hook", "http://[::1]:9/hook",
          "https://[2001:db8::1]/hook"})
        EXPECT_EQ(checkHttpUri(uri, false), "") << uri;
    EXPECT_EQ(checkHttpUri("http://example.com/hook", true), "");
}

TEST(HttpUriCheck, refusesWhatIsNoneAndSaysWhatToSet)
{
    for (const char *uri :
         {"", "example.com/hook", "/hook", "https://", "https:///hook", "ftp://example.com/hook",
          "https://example.com:99999/", "https://example.com/a hook", "https://example.com/\n",
          "https://example.com/\xff"}) {
        const std::string text = checkHttpUri(uri, true);
        EXPECT_NE(text.find("`uri`"), std::string::npos) << uri << ": " << text;
        EXPECT_EQ(text.find("/hook;"), std::string::npos) << text;
    }
}

TEST(HttpUriCheck, refusesUserInfoWhateverItHolds)
{
    for (const char *uri : {"https://anna@example.com/geheim", "https://anna:geheim@example.com/",
                            "https://:geheim@example.com/", "https://@example.com/geheim"}) {
        const std::string text = checkHttpUri(uri, true);
        EXPECT_NE(text.find("`user-id` and `user-pw`"), std::string::npos) << text;
        EXPECT_NE(text.find("https://example.com "), std::string::npos) << text;
        EXPECT_EQ(text.find("anna"), std::string::npos) << text;
        EXPECT_EQ(text.find("geheim"), std::string::npos) << text;
    }
}

TEST(HttpUriCheck, keepsPlainHttpOnThisMachineUnlessToldOtherwise)
{
    for (const char *uri : {"http://example.com/geheim?key=geheim", "http://192.168.1.2/geheim",
                            "http://localhost.example.com/geheim"}) {
        const std::string text = checkHttpUri(uri, false);
        EXPECT_NE(text.find("`allow-http=true`"), std::string::npos) << text;
        EXPECT_EQ(text.find("geheim"), std::string::npos) << text;
        EXPECT_EQ(checkHttpUri(uri, true), "");
    }
}

TEST(HttpUriCheck, refusesFragmentsWithoutShowingThem)
{
    const std::string text = checkHttpUri("https://example.com/#geheim", true);
    EXPECT_NE(text.find("fragment"), std::string::npos) << text;
    EXPECT_EQ(text.find("geheim"), std::string::npos) << text;
}

TEST(HttpUriCheck, showsSchemeAndHostOnly)
{
    EXPECT_EQ(shownHttpUri("https://example.com:8443/geheim?key=geheim"), "https://example.com");
    EXPECT_EQ(shownHttpUri("http://[::1]:80/geheim"), "http://[::1]");
    EXPECT_EQ(shownHttpUri("geheim"), "the receiver");
}

TEST(HttpUriCheck, findsTheOrigin)
{
    EXPECT_EQ(originOf("https://example.com:8443/hook?key=1"), "https://example.com:8443/");
    EXPECT_EQ(originOf("https://[::1]/hook"), originOf("https://[::1]/other"));
    EXPECT_NE(originOf("https://example.com/"), originOf("http://example.com/"));
}

TEST(HttpUriCheck, putsAnotherPathOntoTheSameHost)
{
    const std::string uri = "https://example.com:8443/hook?key=1";
    EXPECT_EQ(withPath(uri, "/gate/1"), "https://example.com:8443/gate/1?key=1");
    EXPECT_EQ(withPath(uri, "gate"), "https://example.com:8443/gate?key=1");
    EXPECT_EQ(withPath(uri, "/gate?key=2"), "https://example.com:8443/gate?key=2");
    EXPECT_EQ(withPath(uri, "/gate?"), "https://example.com:8443/gate?");
    EXPECT_EQ(withPath("https://[::1]/hook", "/gate"), "https://[::1]/gate");
}

TEST(HttpUriCheck, letsNoPathLeaveTheHostOrTheLine)
{
    const std::string uri = "https://example.com/hook";
    EXPECT_EQ(withPath(uri, "//elsewhere.example/x"), "https://example.com/elsewhere.example/x");
    EXPECT_EQ(withPath(uri, "/a b\r\nX: y#z"), "https://example.com/a%20b%0D%0AX:%20y%23z");
    EXPECT_EQ(withPath(uri, "/caf\xc3\xa9%20"), "https://example.com/caf%C3%A9%20");
    EXPECT_EQ(originOf(withPath(uri, "@elsewhere.example")), "https://example.com/");
    EXPECT_EQ(originOf(withPath(uri, ":8443")), "https://example.com/");
}

} // namespace
} // namespace ooto::test
