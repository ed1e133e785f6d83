// SPDX-License-Identifier: LGPL-2.1-or-later
// What is added to an event's JSON on its way.
#include "publish/event_json.h"

#include <gtest/gtest.h>

namespace
{

using namespace ooto::publish;
using namespace std::chrono_literals;

TEST(EventJson, getsMembersAndKeepsTheRestToTheLastDigit)
{
    EXPECT_EQ(withPhotoUri(R"({"a":0.10000000000000001})", "file:///a%20b"),
              R"({"a":0.10000000000000001,"photo-uri":"file:///a%20b"})");
    EXPECT_EQ(withFrameUri("{ }", "x"), R"({ "frame-uri":"x"})");
    EXPECT_EQ(withPhotoUri(R"({"a":1})", "q\"\\"), R"({"a":1,"photo-uri":"q\"\\"})");
    EXPECT_EQ(withPhotoUri("[1]", "x"), "[1]");
    EXPECT_EQ(withPhotoUri("", "x"), "");
}

TEST(EventJson, tellsOfDelaysThatMatter)
{
    EXPECT_EQ(withDelay(R"({"a":1})", 2000ms), R"({"a":1})");
    EXPECT_EQ(withDelay(R"({"a":1})", 2001ms), R"({"a":1,"delayed-ms":2001})");
}

} // namespace
