// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/forgotten_people.cpp
#include "core/asking/forgotten_people.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace std::chrono_literals;

namespace
{

FaceEvent eventOf(const char *templateId, bool isMatch)
{
    Answer answer;
    answer.templateId = templateId;
    answer.similarity = isMatch ? 0.9 : 0.5;
    answer.gender = "female";
    FaceEvent event;
    event.type = FaceEventType::Answered;
    event.face.visit = 7;
    event.face.status = isMatch ? Status::Identified : Status::Unknown;
    event.face.isMatch = isMatch;
    event.face.answer = std::make_shared<const Answer>(answer);
    event.photo = event.frame = std::make_shared<const std::vector<std::uint8_t>>(3);
    return event;
}

} // namespace

TEST(ForgottenPeople, areRememberedForTenMinutes)
{
    ForgottenPeople people;
    people.addTemplate("Her", 0s);
    people.addVisit(7, 1s);
    people.advance(600s);
    EXPECT_TRUE(people.hasTemplate("hER"));
    EXPECT_FALSE(people.hasTemplate("him"));
    people.advance(601s);
    EXPECT_FALSE(people.hasTemplate("her"));
    EXPECT_TRUE(people.hasVisit(7));
    people.advance(602s);
    EXPECT_FALSE(people.hasVisit(7));
}

TEST(ForgottenPeople, areTheLast64)
{
    ForgottenPeople people;
    for (VisitNumber visit = 1; visit <= 66; ++visit) {
        people.addVisit(visit, 0s);
        people.addVisit(2, 0s); // again and again, and so never the oldest
    }
    EXPECT_FALSE(people.hasVisit(1));
    EXPECT_TRUE(people.hasVisit(2));
    EXPECT_FALSE(people.hasVisit(3));
    EXPECT_TRUE(people.hasVisit(4));
    EXPECT_TRUE(people.hasVisit(66));
}

TEST(ForgottenPeople, leaveNothingInAnEventButThatAFaceIsThere)
{
    ForgottenPeople people;
    people.addTemplate("her", 0s);
    FaceEvent event = eventOf("her", true);
    people.obscure(event);
    EXPECT_EQ(event.face.answer, nullptr);
    EXPECT_FALSE(event.face.isMatch);
    EXPECT_EQ(event.face.status, Status::Unavailable);
    EXPECT_EQ(event.face.reason, Reason::Forgotten);
    EXPECT_EQ(event.photo, nullptr);
    EXPECT_EQ(event.frame, nullptr);
    EXPECT_EQ(event.face.visit, 7U);
}

TEST(ForgottenPeople, ofAVisitAreNobodyWhateverWasAnswered)
{
    ForgottenPeople people;
    people.addVisit(7, 0s);
    FaceEvent event = eventOf("him", false);
    people.obscure(event);
    EXPECT_EQ(event.face.answer, nullptr);
    EXPECT_EQ(event.photo, nullptr);
    FaceEvent pending = eventOf("him", false);
    pending.face.status = Status::Pending;
    people.obscure(pending);
    EXPECT_EQ(pending.face.status, Status::Pending);
    EXPECT_EQ(pending.photo, nullptr);
}

TEST(ForgottenPeople, whoIsOnlyLikeThemStaysUnknownLikeNobody)
{
    ForgottenPeople people;
    people.addTemplate("her", 0s);
    FaceEvent event = eventOf("her", false);
    people.obscure(event);
    ASSERT_TRUE(event.face.answer);
    EXPECT_FALSE(event.face.answer->templateId);
    EXPECT_FALSE(event.face.answer->similarity);
    EXPECT_EQ(event.face.answer->gender, "female");
    EXPECT_EQ(event.face.status, Status::Unknown);
    EXPECT_TRUE(event.photo);
}

TEST(ForgottenPeople, areNoOneElse)
{
    ForgottenPeople people;
    people.addTemplate("her", 0s);
    people.addVisit(8, 0s);
    FaceEvent event = eventOf("him", true);
    people.obscure(event);
    EXPECT_EQ(event.face.answer->templateId, "him");
    EXPECT_EQ(event.face.status, Status::Identified);
    EXPECT_TRUE(event.photo);
}
