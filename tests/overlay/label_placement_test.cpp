// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/label_placement.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using ooto::overlay::LabelPlacer;
using ooto::overlay::Placement;

namespace
{

const Box frame{0, 0, 640, 360};

bool inside(const Box &box, const Box &outer)
{
    return box.x >= outer.x && box.y >= outer.y && box.right() <= outer.right() &&
           box.bottom() <= outer.bottom();
}

} // namespace

TEST(LabelPlacement, putsTheLabelAboveTheFace)
{
    LabelPlacer placer(frame, {{100, 100, 80, 100}}, 4);
    EXPECT_EQ(placer.placeLabel(0, 120, 20, -1).box, (Box{100, 76, 120, 20}));
}

TEST(LabelPlacement, putsItBelowAFaceAtTheUpperEdge)
{
    LabelPlacer placer(frame, {{100, 0, 80, 100}}, 4);
    EXPECT_EQ(placer.placeLabel(0, 120, 20, -1).box.y, 104);
}

TEST(LabelPlacement, staysInsideTheFrameAndOffTheFaceWhereverTheFaceIs)
{
    for (int x = -20; x < 640; x += 20) {
        for (int y = -20; y < 360; y += 20) {
            const Box face = intersection({double(x), double(y), 80, 100}, frame);
            if (face.empty())
                continue;
            LabelPlacer placer(frame, {face}, 4);
            const Box label = placer.placeLabel(0, 160, 20, -1).box;
            EXPECT_TRUE(inside(label, frame)) << x << "," << y;
            EXPECT_TRUE(intersection(label, face).empty()) << x << "," << y;
        }
    }
}

TEST(LabelPlacement, keepsOffOtherFacesAndLabels)
{
    LabelPlacer placer(frame, {{100, 100, 80, 80}, {100, 20, 80, 70}, {110, 190, 80, 80}}, 4);
    std::vector<Box> labels;
    for (std::size_t i = 0; i < 3; ++i) {
        const Placement place = placer.placeLabel(i, 120, 20, -1);
        EXPECT_EQ(place.overText, 0);
        labels.push_back(place.box);
    }
    EXPECT_TRUE(intersection(labels[0], {100, 20, 80, 70}).empty());
    EXPECT_TRUE(intersection(labels[0], {110, 190, 80, 80}).empty());
}

TEST(LabelPlacement, goesInsideAFaceThatFillsTheFrame)
{
    LabelPlacer placer(frame, {frame}, 4);
    const Box label = placer.placeLabel(0, 120, 20, -1).box;
    EXPECT_TRUE(inside(label, frame));
}

TEST(LabelPlacement, staysInItsSlotWhileThatIsGood)
{
    LabelPlacer first(frame, {{100, 10, 80, 80}}, 4);
    const Placement below = first.placeLabel(0, 120, 20, -1);
    LabelPlacer second(frame, {{100, 60, 80, 80}}, 4); // there would be room above now
    const Placement still = second.placeLabel(0, 120, 20, below.slot);
    EXPECT_EQ(still.slot, below.slot);
    LabelPlacer third(frame, {{100, 270, 80, 85}}, 4); // no room below any more
    EXPECT_NE(third.placeLabel(0, 120, 20, below.slot).slot, below.slot);
}

TEST(LabelPlacement, putsNoticesInACornerWithoutAFace)
{
    EXPECT_EQ(LabelPlacer(frame, {}, 4).placeNotice(200, 60, -1).box, (Box{4, 4, 200, 60}));
    LabelPlacer placer(frame, {{0, 0, 100, 100}, {500, 0, 100, 100}, {20, 280, 60, 80}}, 4);
    EXPECT_EQ(placer.placeNotice(200, 60, -1).box, (Box{436, 296, 200, 60}));
}

TEST(LabelPlacement, tellsHowMuchOfALabelLiesOnOtherText)
{
    LabelPlacer placer({0, 0, 100, 30}, {{0, 0, 100, 30}}, 2);
    placer.placeNotice(96, 26, -1);
    EXPECT_GT(placer.placeLabel(0, 50, 20, -1).overText, 0.5);
}
