// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/nms.cpp.
#include "vision/nms.h"

#include <gtest/gtest.h>

namespace ooto::vision
{
namespace
{

Detection face(double x, double score)
{
    return {{x, 0, 10, 10}, score, std::nullopt};
}

TEST(NonMaximumSuppression, keepsTheBestOfOverlappingBoxes)
{
    std::vector<Detection> faces = {face(1, 0.7), face(0, 0.9), face(2, 0.8)};
    suppressNonMaxima(faces, 0.3);
    ASSERT_EQ(faces.size(), 1u);
    EXPECT_EQ(faces[0].score, 0.9);
    EXPECT_EQ(faces[0].box.x, 0);
}

TEST(NonMaximumSuppression, keepsNeighboursBestFirst)
{
    // 10 px wide boxes 6 px apart have an IoU of 0.25.
    std::vector<Detection> faces = {face(0, 0.6), face(6, 0.8), face(100, 0.7)};
    suppressNonMaxima(faces, 0.3);
    ASSERT_EQ(faces.size(), 3u);
    EXPECT_EQ(faces[0].score, 0.8);
    EXPECT_EQ(faces[1].score, 0.7);
    EXPECT_EQ(faces[2].score, 0.6);
}

TEST(NonMaximumSuppression, aSuppressedBoxSuppressesNobody)
{
    // The middle one goes for the left one; the right one overlaps only the middle one.
    std::vector<Detection> faces = {face(0, 0.9), face(4, 0.8), face(8, 0.7)};
    suppressNonMaxima(faces, 0.3);
    ASSERT_EQ(faces.size(), 2u);
    EXPECT_EQ(faces[0].box.x, 0);
    EXPECT_EQ(faces[1].box.x, 8);
}

TEST(NonMaximumSuppression, looksAtTheBestCandidatesOnly)
{
    std::vector<Detection> faces = {face(0, 0.1), face(100, 0.3), face(200, 0.2)};
    suppressNonMaxima(faces, 0.3, 2);
    ASSERT_EQ(faces.size(), 2u);
    EXPECT_EQ(faces[0].score, 0.3);
    EXPECT_EQ(faces[1].score, 0.2);
}

TEST(NonMaximumSuppression, takesNothing)
{
    std::vector<Detection> faces;
    suppressNonMaxima(faces, 0.3);
    EXPECT_TRUE(faces.empty());
}

} // namespace
} // namespace ooto::vision
