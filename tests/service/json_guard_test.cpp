// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/json_guard.h"

#include <gtest/gtest.h>

namespace ooto::service
{
namespace
{

using namespace std::string_view_literals;

bool passes(std::string_view text)
{
    return guardJson(text, 32).has_value();
}

TEST(JsonGuard, passesOneObject)
{
    for (const char *text :
         {"{}", " \t\r\n{ } \n", R"({"a":1})", R"({"a":[],"b":{}})",
          R"({"a":[1,2,[3]],"b":{"c":null}})", R"({"a":-0.5e+10,"b":0,"c":1E5,"d":10.25})",
          R"({"":"","a":true,"b":false})", R"({"a":"\"\\\/\b\f\n\r\t\u00e9"})", "{\"a\":\"é😀\"}",
          R"({"a":1,"a":2})", R"({"a" : [ 1 , { "b" : [ ] } ] , "c" : 2 })"})
        EXPECT_TRUE(passes(text)) << text;
}

TEST(JsonGuard, stopsWhatIsNoObject)
{
    for (const char *text : {"", " ", "[]", "null", "1", "\"a\"", "true", "var x = {}", "{}{}",
                             "{} {}", "{},", "{}x", "<html></html>", "x{}"})
        EXPECT_FALSE(passes(text)) << text;
    EXPECT_FALSE(passes("{}\0"sv));
    EXPECT_FALSE(passes("\xef\xbb\xbf{}"));
}

TEST(JsonGuard, stopsWhatJsonGlibWouldTake)
{
    for (const char *text : {"/* a */ {}",
                             "{} // a",
                             "{/* a */}",
                             "{\"a\":1 # x\n}",
                             "{'a':1}",
                             "{a:1}",
                             "{\"a\":1,}",
                             "{\"a\":[1,]}",
                             "{,}",
                             "{\"a\":01}",
                             "{\"a\":0x10}",
                             "{\"a\":.5}",
                             "{\"a\":1.}",
                             "{\"a\":+1}",
                             "{\"a\":NaN}",
                             "{\"a\":Infinity}",
                             "{\"a\":1e}",
                             "{\"a\":-}",
                             "{\"a\":True}",
                             "{\"a\":nul}",
                             "{\"a\" 1}",
                             "{\"a\":}",
                             "{\"a\":1 \"b\":2}",
                             "{\"a\":[1 2]}",
                             "{1:2}",
                             "{\"a\"}",
                             "{\"a\":\"x\ny\"}",
                             "{\"a\":\"\\x41\"}",
                             "{\"a\":\"\\u12\"}",
                             "{\"a\":\"\\u12g4\"}",
                             "{\"a\":\"\\"})
        EXPECT_FALSE(passes(text)) << text;
    EXPECT_FALSE(passes("{\"a\":\"\xff\"}"));
    EXPECT_FALSE(passes("{\"a\":\"\xed\xa0\x80\"}"));
    EXPECT_FALSE(passes("{\"a\":\"\0\"}"sv));
}

TEST(JsonGuard, stopsEveryTruncation)
{
    const std::string_view whole = R"({"a":[1,{"b":"c\u00e9"},true],"d":{"e":-1.5e3}})";
    ASSERT_TRUE(passes(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(passes(whole.substr(0, size))) << size;
}

std::string nested(int depth, std::string_view open, std::string_view close)
{
    std::string text;
    for (int i = 0; i < depth; ++i)
        text += open;
    text += "1";
    for (int i = 0; i < depth; ++i)
        text += close;
    return text;
}

TEST(JsonGuard, stopsDeepNesting)
{
    EXPECT_TRUE(passes(nested(32, "{\"a\":", "}")));
    EXPECT_FALSE(passes(nested(33, "{\"a\":", "}")));
    EXPECT_TRUE(passes("{\"a\":" + nested(31, "[", "]") + "}"));
    EXPECT_FALSE(passes("{\"a\":" + nested(32, "[", "]") + "}"));
    EXPECT_FALSE(passes("{\"a\":" + nested(1000000, "[", "]") + "}"));
    EXPECT_FALSE(passes(std::string(1000000, '[')));
    EXPECT_FALSE(passes("{\"a\":" + std::string(1000000, '[')));
}

TEST(JsonGuard, marksWhatACStringCannotHold)
{
    const auto marked = [](const std::string &escape) {
        return guardJson("{\"a\":\"x" + escape + "y\"}", 32) == "{\"a\":\"x\\u0001y\"}";
    };
    EXPECT_TRUE(marked("\\u0000"));
    EXPECT_TRUE(marked("\\ud800"));
    EXPECT_TRUE(marked("\\uDFFF"));
    EXPECT_EQ(guardJson(R"({"a":"\ud83d\ude00"})", 32), R"({"a":"\ud83d\ude00"})");
    EXPECT_EQ(guardJson(R"({"a":"\ud83d\ud83d\ude00"})", 32), R"({"a":"\u0001\ud83d\ude00"})");
    EXPECT_EQ(guardJson(R"({"a":"\ud83d\u0041"})", 32), R"({"a":"\u0001\u0041"})");
    EXPECT_EQ(guardJson(R"({"a":"\ud83d\n"})", 32), R"({"a":"\u0001\n"})");
    EXPECT_EQ(guardJson(R"({"a":"\\u0000"})", 32), R"({"a":"\\u0000"})");
}

TEST(JsonGuard, writesNullOverIntegersThatWouldWrapAround)
{
    EXPECT_EQ(guardJson(R"({"a":-123456789012345678})", 32), R"({"a":-123456789012345678})");
    EXPECT_EQ(guardJson(R"({"a":-1234567890123456789})", 32), R"({"a":null                })");
    EXPECT_EQ(guardJson(R"({"a":1000000000000000000,"b":[1000000000000000000]})", 32),
              R"({"a":null               ,"b":[null               ]})");
    EXPECT_EQ(guardJson(R"({"a":12345678901234567890.5})", 32), R"({"a":12345678901234567890.5})");
    EXPECT_EQ(guardJson(R"({"a":12345678901234567890e-19})", 32),
              R"({"a":12345678901234567890e-19})");
}

} // namespace
} // namespace ooto::service
