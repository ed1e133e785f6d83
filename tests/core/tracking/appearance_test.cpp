// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/appearance.cpp
#include "core/tracking/appearance.h"

#include <gtest/gtest.h>

using namespace ooto::core;

namespace
{

Appearance::Zone of(int bin)
{
    Appearance::Zone zone{};
    zone[bin] = 0.75F;
    zone[(bin + 1) % zone.size()] = 0.25F;
    return zone;
}

} // namespace

TEST(Appearance, isAlikeToItselfAndNotToOtherColours)
{
    const Appearance a{{of(0), of(5), of(10)}};
    EXPECT_NEAR(likeness(a, a), 1, 1e-3);
    EXPECT_NEAR(likeness(a, {{of(2), of(7), of(12)}}), 0, 1e-9);
}

TEST(Appearance, weighsClothesMostAndTheFaceLeast)
{
    const Appearance a{{of(0), of(5), of(10)}};
    const double hair = likeness(a, {{of(2), of(5), of(10)}});
    const double face = likeness(a, {{of(0), of(7), of(10)}});
    const double clothes = likeness(a, {{of(0), of(5), of(12)}});
    EXPECT_GT(face, hair);
    EXPECT_GT(hair, clothes);
}

TEST(Appearance, leavesZonesOutThatAreNotInBothPictures)
{
    const Appearance whole{{of(0), of(5), of(10)}};
    const Appearance cut{{of(0), of(5), {}}};
    EXPECT_NEAR(likeness(whole, cut), 1, 1e-3);
    EXPECT_EQ(likeness(Appearance{{of(0), Appearance::Zone{}}}, {{Appearance::Zone{}, of(0)}}),
              neutralLikeness);
    EXPECT_FALSE(likeness(std::optional<Appearance>(whole), std::nullopt));
    EXPECT_FALSE(likeness(std::optional(Appearance{}), std::optional(whole)));
}

TEST(Appearance, blendsZonesAndTakesOverWhatIsNew)
{
    Appearance known{{of(0), of(5), {}}};
    blend(known, {{of(2), {}, of(10)}}, 0.5);
    EXPECT_FLOAT_EQ(known.zones[0][0], 0.375F);
    EXPECT_FLOAT_EQ(known.zones[0][2], 0.375F);
    EXPECT_EQ(known.zones[1], of(5));
    EXPECT_EQ(known.zones[2], of(10));
}
