// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/text.h"

#include <gtest/gtest.h>

#include <clocale>

using namespace ooto::overlay;
using ooto::core::Status;

namespace
{

OverlayFace face(std::optional<Status> status)
{
    OverlayFace made;
    made.status = status;
    return made;
}

} // namespace

TEST(OverlayText, namesWhoIsIdentified)
{
    OverlayFace made = face(Status::Identified);
    EXPECT_EQ(labelText(made), (LabelText{"identified", ""}));
    made.templateId = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
    made.similarity = 0.928;
    EXPECT_EQ(labelText(made), (LabelText{"f47ac10b…", "0.93"}));
    made.name = "Grace Hopper";
    made.livenessFine = true;
    EXPECT_EQ(labelText(made), (LabelText{"Grace Hopper", "0.93  live"}));
    made.deepfakeFine = false;
    EXPECT_EQ(labelText(made).facts, "0.93  live  deepfake");
}

TEST(OverlayText, shortensUuidsAndKeepsNames)
{
    OverlayFace made = face(Status::Identified);
    made.templateId = "9191079a-4f80-4c8a-9a4b-528af2cfd3c4";
    EXPECT_EQ(labelText(made).text, "9191079a…");
    made.templateId = "Eileen Collins";
    EXPECT_EQ(labelText(made).text, "Eileen Collins");
}

TEST(OverlayText, shortensLongTemplateIdsByCharactersNotBytes)
{
    OverlayFace made = face(Status::Identified);
    made.templateId = "сотрудник-номер-17-отдела";
    EXPECT_EQ(labelText(made).text, "сотрудник-номер-17-отде…");
}

TEST(OverlayText, saysWhatTheOtherStatesMean)
{
    OverlayFace made = face(Status::Unknown);
    made.similarity = 0.41;
    EXPECT_EQ(labelText(made), (LabelText{"unknown", "0.41"}));
    made = face(Status::Spoof);
    EXPECT_EQ(labelText(made).text, "spoof");
    made.name = "Alan";
    made.livenessFine = false;
    EXPECT_EQ(labelText(made), (LabelText{"spoof (Alan)", "not live"}));
    EXPECT_EQ(labelText(face(Status::Pending)), (LabelText{"pending", ""}));
    made = face(Status::Unavailable);
    made.reason = "blurred";
    EXPECT_EQ(labelText(made), (LabelText{"no answer: blurred", ""}));
    EXPECT_TRUE(labelText(face(std::nullopt)).empty());
}

TEST(OverlayText, givesEachStatusItsOwnColour)
{
    const std::optional<Status> all[] = {std::nullopt,    Status::Pending, Status::Identified,
                                         Status::Unknown, Status::Spoof,   Status::Unavailable};
    for (const std::optional<Status> a : all)
        for (const std::optional<Status> b : all)
            EXPECT_EQ(statusColour(a) == statusColour(b), a == b);
}
