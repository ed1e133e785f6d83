// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/track_ids.cpp
#include "core/track_ids.h"

#include <gtest/gtest.h>

#include <optional>

using namespace ooto::core;

TEST(TrackIds, startAtOneAndDifferBetweenStreamsThatRunTogether)
{
    TrackIdSource one;
    EXPECT_EQ(one.next(), 1);
    TrackIdSource two;
    EXPECT_EQ(two.next(), 2);
    EXPECT_EQ(one.next(), 3);
}

TEST(TrackIds, startAgainOnlyWhenNoStreamIsLeft)
{
    std::optional<TrackIdSource> one(std::in_place);
    std::optional<TrackIdSource> two(std::in_place);
    one->next();
    one.reset();
    EXPECT_EQ(two->next(), 2);
    two.reset();
    EXPECT_EQ(TrackIdSource().next(), 1);
}
