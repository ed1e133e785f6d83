// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/slug.h"

#include <gtest/gtest.h>

#include <string>

using ooto::core::slug;

TEST(Slug, leavesWhatFits)
{
    EXPECT_EQ(slug("front-door_2"), "front-door_2");
}

TEST(Slug, tellsApartWhatItChanges)
{
    EXPECT_NE(slug("Door"), slug("door"));
    EXPECT_NE(slug("a b"), slug("a/b"));
    EXPECT_EQ(slug("Door").substr(0, 5), "door-");
    EXPECT_EQ(slug("Tür").find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-"),
              std::string::npos);
}

TEST(Slug, isNeverEmptyAndNeverLong)
{
    EXPECT_FALSE(slug("").empty());
    EXPECT_FALSE(slug("日本").empty());
    EXPECT_NE(slug("日本"), slug("中国"));
    EXPECT_LE(slug(std::string(1000, 'a')).size(), 64U);
    EXPECT_NE(slug(std::string(1000, 'a')), slug(std::string(1001, 'a')));
}
