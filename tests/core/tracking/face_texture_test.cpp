// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/face_texture.cpp
#include "core/tracking/face_texture.h"

#include <gtest/gtest.h>

#include <limits>

using namespace ooto::core;

namespace
{

FaceTexture of(std::vector<FaceTexture::Vector> variants)
{
    return {.aligned = variants.size() == 1, .variants = std::move(variants)};
}

} // namespace

TEST(FaceTexture, isAlikeByTheAngleBetweenTwoVectors)
{
    EXPECT_DOUBLE_EQ(textureSimilarity(of({{1, 0}}), of({{1, 0}})), 1);
    EXPECT_NEAR(textureSimilarity(of({{1, 0}}), of({{0.6F, 0.8F}})), 0.6, 1e-6);
    EXPECT_DOUBLE_EQ(textureSimilarity(of({{1, 0}}), of({{0, 1}})), 0);
}

TEST(FaceTexture, takesTheBestOfTheNewVariants)
{
    EXPECT_NEAR(textureSimilarity(of({{1, 0}}), of({{0, 1}, {0.8F, 0.6F}, {0.6F, 0.8F}})), 0.8,
                1e-6);
}

TEST(FaceTexture, looksOnlyAtTheBoxAsFoundOfTheKnownFace)
{
    // Both faces shifted at will would find two alike places in any two people.
    EXPECT_NEAR(textureSimilarity(of({{0, 1}, {1, 0}}), of({{1, 0}})), 0, 1e-9);
}

TEST(FaceTexture, isUnlikeWhatCannotBeCompared)
{
    EXPECT_EQ(textureSimilarity(of({}), of({{1, 0}})), 0);
    EXPECT_EQ(textureSimilarity(of({{1, 0}}), of({})), 0);
    EXPECT_EQ(textureSimilarity(of({{1, 0}}), of({{1, 0, 0}})), 0);
    EXPECT_EQ(textureSimilarity(of({{}}), of({{}})), 0);
    EXPECT_EQ(textureSimilarity(of({{1, 0}}), of({{std::numeric_limits<float>::quiet_NaN(), 0}})),
              0);
}

TEST(FaceTexture, isNeverMoreThanAlike)
{
    EXPECT_EQ(textureSimilarity(of({{1.001F}}), of({{1.001F}})), 1);
}
