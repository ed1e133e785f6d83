// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/plain_text.h"

#include <gtest/gtest.h>

namespace ooto::system
{
namespace
{

using namespace std::string_view_literals;

TEST(PlainText, keepsWhatCanBeShown)
{
    EXPECT_EQ(plainText("can not detect face"), "can not detect face");
    EXPECT_EQ(plainText("Gesicht größer, лицо, 顔 😀"), "Gesicht größer, лицо, 顔 😀");
    EXPECT_EQ(plainText(""), "");
    EXPECT_EQ(plainText("100% %s %n"), "100% %s %n");
}

TEST(PlainText, makesOneLineOfControlCharacters)
{
    EXPECT_EQ(plainText("a\r\nb\tc"), "a  b c");
    EXPECT_EQ(plainText("\x1b[31mred\x7f"), "[31mred");
    EXPECT_EQ(plainText("a\xc2\x85"
                        "b\xe2\x80\xa8"
                        "c"),
              "a b c");                                              // next line, line separator
    EXPECT_EQ(plainText("user\xe2\x80\xaegpj.exe"), "user gpj.exe"); // right-to-left override
}

TEST(PlainText, replacesWhatIsNoUtf8)
{
    EXPECT_EQ(plainText("a\xff"
                        "b"),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_TRUE(isPlainText(plainText("a\0b"sv)));
    EXPECT_TRUE(isPlainText(plainText("\xed\xa0\x80")));
}

TEST(PlainText, cutsBetweenCharacters)
{
    EXPECT_EQ(plainText(std::string(1000, 'x')), std::string(256, 'x'));
    std::string accents;
    for (int i = 0; i < 300; ++i)
        accents += "\xc3\xa9";
    EXPECT_EQ(plainText("x" + accents), "x" + accents.substr(0, 254));
    EXPECT_EQ(plainText(std::string(1000, '\xff')).size(), 255U);
    EXPECT_EQ(plainText("abcdef", 3), "abc");
}

TEST(PlainText, isWhatHasNoControlCharacters)
{
    EXPECT_TRUE(isPlainText(""));
    EXPECT_TRUE(isPlainText("größe"));
    for (const auto bad : {"a\nb"sv, "a\0b"sv, "\x7f"sv, "\xc2\x85"sv, "\xe2\x80\xa9"sv, "\xff"sv,
                           "\xc3"sv, "\xed\xa0\x80"sv})
        EXPECT_FALSE(isPlainText(bad));
}

TEST(PlainText, trimsBothEnds)
{
    EXPECT_EQ(trimmed(" \t\r\n a b \v\f"), "a b");
    EXPECT_EQ(trimmed(" \n "), "");
    EXPECT_EQ(trimmed(""), "");
}

} // namespace
} // namespace ooto::system
