// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/inquiry.cpp
#include "core/inquiry.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

constexpr FrameShape frame{1000, 1000, 1, 1};
const Box largeFace{0.4, 0.4, 0.2, 0.2};

FrameTimes at(StreamTime time)
{
    return {time, time, time, {}};
}

Reply match(double similarity)
{
    Reply reply;
    reply.outcome = Outcome::Answered;
    reply.answer.templateId = "someone";
    reply.answer.similarity = similarity;
    return reply;
}

Reply refusal(int code)
{
    Reply reply;
    reply.outcome = Outcome::Refused;
    reply.httpStatus = 400;
    reply.errorCode = code;
    return reply;
}

Reply failure(Outcome outcome)
{
    Reply reply;
    reply.outcome = outcome;
    return reply;
}

class InquiryTest : public testing::Test
{
protected:
    std::optional<PhotoWish> wish(const Box &face = largeFace)
    {
        return inquiry.wish(face, frame, now, rules);
    }

    /** Asks and is answered; the clock goes on by a second. @return false when nothing was asked */
    bool ask(const Reply &reply, const Box &face = largeFace)
    {
        const auto wished = wish(face);
        if (!wished)
            return false;
        inquiry.sent({at(now), face, planPhoto(face, frame, 0.5, 800), frame});
        told = inquiry.replied(reply, at(now), rules);
        now += 1s;
        return true;
    }

    FaceView view()
    {
        FaceView view;
        view.box = largeFace;
        inquiry.describe(view);
        return view;
    }

    Inquiry inquiry;
    AskingRules rules;
    StreamTime now{0};
    bool told = false;
};

} // namespace

TEST_F(InquiryTest, asksOnceAndIsContentWithAMatch)
{
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_TRUE(told);
    EXPECT_EQ(view().status, Status::Identified);
    EXPECT_FALSE(wish());
}

TEST_F(InquiryTest, callsABestTemplateBelowTheThresholdUnknownAndStillTellsIt)
{
    EXPECT_TRUE(ask(match(0.6)));
    EXPECT_EQ(view().status, Status::Unknown);
    EXPECT_DOUBLE_EQ(*view().answer->similarity, 0.6);
    EXPECT_FALSE(wish());
}

TEST_F(InquiryTest, doesNotBelieveATemplateWithoutASimilarity)
{
    Reply reply = match(0.9);
    reply.answer.similarity.reset();
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Unknown);
}

TEST_F(InquiryTest, callsAMatchThatIsNotFineASpoof)
{
    Reply reply = match(0.99);
    reply.answer.liveness = Judgement{0.833, false};
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Spoof);
    EXPECT_EQ(*view().answer->templateId, "someone");
}

TEST_F(InquiryTest, goesByTheVerdictNotByTheScore)
{
    Reply reply = match(0.99);
    reply.answer.deepfake = Judgement{0.95, true};
    reply.answer.liveness = Judgement{0.1, std::nullopt};
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, hasOneRequestAtATime)
{
    ASSERT_TRUE(wish());
    inquiry.sent({at(now), largeFace, planPhoto(largeFace, frame, 0.5, 800), frame});
    EXPECT_TRUE(inquiry.inFlight());
    EXPECT_FALSE(wish());
}

TEST_F(InquiryTest, waitsForAFaceThatIsLargeEnoughAndWhole)
{
    EXPECT_FALSE(wish({0.4, 0.4, 0.04, 0.2}));
    EXPECT_EQ(view().reason, Reason::TooSmall);
    EXPECT_FALSE(wish({-0.01, 0.4, 0.2, 0.2}));
    EXPECT_EQ(view().reason, Reason::Edge);
    EXPECT_TRUE(wish());
}

TEST_F(InquiryTest, sendsTheWholeFrameAsItIs)
{
    rules.wholeFrame = true;
    EXPECT_TRUE(inquiry.wish({0, 0, 1, 1}, {16, 16, 1, 1}, now, rules));
}

TEST_F(InquiryTest, isNotUsedUpByFailures)
{
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(ask(failure(i % 2 ? Outcome::Timeout : Outcome::ServerError)));
    EXPECT_FALSE(told);
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_EQ(view().reason, Reason::Service);
    EXPECT_EQ(view().attempts, 0U);
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, asksRarelyAfterTwoAnswersThatWereNone)
{
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    EXPECT_FALSE(wish());
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_EQ(view().reason, Reason::Service);
    now += 30s;
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, tellsWhatTheServiceRefused)
{
    Reply reply = refusal(4);
    reply.text = "can not decode image";
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().refusal->code, 4);
    EXPECT_EQ(view().refusal->text, "can not decode image");
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_FALSE(view().refusal.has_value());
}

TEST_F(InquiryTest, takesAWiderPhotoAfterNoFaceAndBelievesItTheSecondTime)
{
    EXPECT_TRUE(ask(refusal(5)));
    EXPECT_TRUE(told);
    EXPECT_GT(wish()->marginFactor, 1);
    EXPECT_TRUE(ask(refusal(5)));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_FALSE(wish());
}

TEST_F(InquiryTest, takesATighterPhotoAfterSeveralFaces)
{
    EXPECT_TRUE(ask(refusal(6)));
    EXPECT_LT(wish()->marginFactor, 1);
}

TEST_F(InquiryTest, waitsForALargerFaceAfterTooSmall)
{
    EXPECT_TRUE(ask(refusal(9)));
    EXPECT_FALSE(wish());
    EXPECT_EQ(view().reason, Reason::TooSmall);
    EXPECT_TRUE(wish({0.3, 0.3, 0.3, 0.3}));
}

TEST_F(InquiryTest, pausesAfterARefusal)
{
    EXPECT_TRUE(ask(refusal(4)));
    now -= 900ms;
    EXPECT_FALSE(wish());
    now += 900ms;
    EXPECT_TRUE(wish());
}

TEST_F(InquiryTest, givesUpAfterThreeAnswers)
{
    EXPECT_TRUE(ask(refusal(1)));
    EXPECT_TRUE(ask(refusal(2)));
    EXPECT_TRUE(ask(refusal(4)));
    EXPECT_FALSE(ask(refusal(4)));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_EQ(view().attempts, 3U);
}

TEST_F(InquiryTest, takesASmallerPhotoAfter413ButNotForEver)
{
    EXPECT_TRUE(ask(failure(Outcome::TooLarge)));
    EXPECT_LT(wish()->sideFactor, 1);
    int asked = 1;
    while (ask(failure(Outcome::TooLarge)))
        ASSERT_LT(++asked, 10);
    EXPECT_EQ(view().status, Status::Unavailable);
}

TEST_F(InquiryTest, mapsTheServicesBoxAndLandmarksToTheFrameAndMovesThemWithTheTrack)
{
    const PhotoPlan plan = planPhoto(largeFace, frame, 0.5, 200);
    Reply reply = match(0.9);
    // In the photo: exactly the face's own box, and a nose in its middle.
    reply.answer.box = plan.toPhoto(largeFace, frame);
    reply.answer.landmarks.emplace();
    reply.answer.landmarks->fill(reply.answer.box->centre());
    ASSERT_TRUE(wish());
    inquiry.sent({at(now), largeFace, plan, frame});
    inquiry.replied(reply, at(now), rules);

    FaceView moved;
    moved.box = {0.1, 0.2, 0.3, 0.3};
    inquiry.describe(moved);
    EXPECT_NEAR(moved.serviceBox->x, 0.1, 1e-6);
    EXPECT_NEAR(moved.serviceBox->bottom(), 0.5, 1e-6);
    EXPECT_NEAR(moved.landmarks->at(2).x, 0.5, 1e-6);
    EXPECT_NEAR(moved.landmarks->at(2).y, 0.5, 1e-6);
}

TEST_F(InquiryTest, saysWhenItAskedAndWhenItWasAnswered)
{
    now = 5s;
    ASSERT_TRUE(wish());
    inquiry.sent({at(now), largeFace, planPhoto(largeFace, frame, 0.5, 800), frame});
    inquiry.replied(match(0.9), at(7s), rules);
    EXPECT_EQ(view().asked->pts, 5s);
    EXPECT_EQ(view().answered->pts, 7s);
}
