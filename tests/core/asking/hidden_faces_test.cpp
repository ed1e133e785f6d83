// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/hidden_faces.cpp
#include "core/asking/hidden_faces.h"

#include <gtest/gtest.h>

using namespace ooto::core;

namespace
{

const Box large{0.2, 0.2, 0.4, 0.4};
const Box small{0.3, 0.3, 0.2, 0.2};
const Box elsewhere{0.8, 0.8, 0.1, 0.1};
using Hidden = std::vector<bool>;

} // namespace

TEST(HiddenFaces, hidesTheSmallerOfTwoThatLieOnOneAnother)
{
    EXPECT_EQ(hiddenFaces({{.box = large}, {.box = small}}), (Hidden{false, true}));
    EXPECT_EQ(hiddenFaces({{.box = small}, {.box = large}}), (Hidden{true, false}));
}

TEST(HiddenFaces, hidesTheOneThatWasMissedHoweverLargeItIs)
{
    EXPECT_EQ(hiddenFaces({{.box = large, .missed = true}, {.box = small}}), (Hidden{true, false}));
}

TEST(HiddenFaces, showsFacesThatOverlapALittle)
{
    const Box beside{0.55, 0.2, 0.4, 0.4};
    EXPECT_EQ(hiddenFaces({{.box = large}, {.box = beside}, {.box = elsewhere}}),
              (Hidden{false, false, false}));
}

TEST(HiddenFaces, hidesAMissedFaceWhoseTemplateIsSeenElsewhere)
{
    const std::string her = "her";
    const std::string him = "him";
    EXPECT_EQ(hiddenFaces({{.box = large, .missed = true, .name = &her},
                           {.box = elsewhere, .missed = false, .name = &her}}),
              (Hidden{true, false}));
    EXPECT_EQ(hiddenFaces({{.box = large, .missed = true, .name = &her},
                           {.box = elsewhere, .missed = false, .name = &him}}),
              (Hidden{false, false}));
}
