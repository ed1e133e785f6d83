// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/text_encoding.h"

#include <gtest/gtest.h>

namespace ooto::system
{
namespace
{

using namespace std::string_view_literals;

TEST(TextEncoding, aMarkBeforeUtf8IsNoPartOfTheText)
{
    EXPECT_EQ(withoutByteOrderMark("\xef\xbb\xbf[ooto]"), "[ooto]");
    EXPECT_EQ(withoutByteOrderMark("[ooto]"), "[ooto]");
    EXPECT_EQ(withoutByteOrderMark("\xef\xbb"), "\xef\xbb");
    EXPECT_EQ(withoutByteOrderMark(""), "");
}

TEST(TextEncoding, utf16IsToldByItsMarkOrByNuls)
{
    EXPECT_TRUE(isUtf16("\xff\xfe[\0"sv));
    EXPECT_TRUE(isUtf16("\xfe\xff\0["sv));
    EXPECT_TRUE(isUtf16("[\0l\0"sv));
    EXPECT_TRUE(isUtf16("\0[\0l"sv));
    for (const std::string_view text : {"[labels]", "", "caf\xe9", "\xef\xbb\xbfx", "é"})
        EXPECT_FALSE(isUtf16(text)) << text;
}

TEST(TextEncoding, utf16OfEitherOrderIsRead)
{
    EXPECT_EQ(fromUtf16("\xff\xfe[\0\xe9\0"sv), "[é");
    EXPECT_EQ(fromUtf16("\xfe\xff\0[\0\xe9"sv), "[é");
    EXPECT_EQ(fromUtf16("[\0\xe9\0"sv), "[é");
    EXPECT_EQ(fromUtf16("\0[\0\xe9"sv), "[é");
    EXPECT_EQ(fromUtf16("\xff\xfe\x00\xd8"sv), std::nullopt) << "half of a pair";
}

TEST(TextEncoding, whatIsNoUtf8IsMadeValid)
{
    EXPECT_EQ(validUtf8("T\xfcr 1"), "T\uFFFDr 1");
    EXPECT_EQ(validUtf8("Tür 1\n"), "Tür 1\n");
    EXPECT_EQ(validUtf8(""), "");
}

} // namespace
} // namespace ooto::system
