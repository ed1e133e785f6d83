// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/inquiry.cpp
#include "core/asking/inquiry.h"

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

ShotQuality good(double total = 0.9)
{
    ShotQuality quality;
    quality.total = total;
    return quality;
}

class InquiryTest : public testing::Test
{
protected:
    /** The face is seen. @return the photo that was wished for */
    std::optional<ShotWish> see(double quality = 0.9, const Box &face = largeFace)
    {
        const auto wish = inquiry.see(face, frame, now, rules);
        if (!wish || !inquiry.judge(good(quality), Reason::Blurred, rules))
            return std::nullopt;
        Shot shot;
        shot.times = at(now);
        shot.face = face;
        shot.frame = frame;
        shot.plan = planPhoto(face, frame, 0.5 * wish->marginFactor,
                              std::min(800, wish->longestPx.value_or(800)));
        photoPx = shot.plan.photo.width;
        shot.quality = good(quality);
        // Bytes that tell from which frame, and how it was cut.
        shot.bytes =
            std::make_shared<std::vector<std::uint8_t>>(std::initializer_list<std::uint8_t>{
                static_cast<std::uint8_t>(stillPicture ? 0 : ++taken),
                static_cast<std::uint8_t>(100 * wish->marginFactor)});
        inquiry.offer(std::move(shot), now);
        return wish;
    }

    /** Seen five times a second for so long, or until a photo is due. @return whether it is */
    bool waitForDue(double quality, StreamTime longest)
    {
        for (const StreamTime end = now + longest; now <= end; now += 200ms) {
            see(quality);
            if (due())
                return true;
        }
        return false;
    }

    bool due(bool last = false) { return inquiry.due(now, last, rules); }

    bool answer(const Reply &reply)
    {
        if (!inquiry.takePhoto(rules))
            return false;
        told = inquiry.noteReply(reply, at(now), rules);
        now += 1s;
        return true;
    }

    /** Seen, asked about and answered; the clock goes on by a second. @return false when nothing
     * was asked */
    bool ask(const Reply &reply, double quality = 0.9)
    {
        return waitForDue(quality, 5s) && answer(reply);
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
    bool stillPicture = false;
    int taken = 0;
    int photoPx = 0; ///< longer side of the last photo
};

} // namespace

TEST_F(InquiryTest, asksOnceAndIsContentWithAMatch)
{
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_TRUE(told);
    EXPECT_EQ(view().status, Status::Identified);
    EXPECT_FALSE(ask(match(0.9), 1.0));
}

TEST_F(InquiryTest, sendsAPlainlyGoodShotAtOnce)
{
    see(0.75);
    EXPECT_TRUE(due());
}

TEST_F(InquiryTest, waitsForABetterShotWhileOnesComeAndNoLongerThanTheWindow)
{
    see(0.4);
    EXPECT_FALSE(due());
    double quality = 0.4;
    while (!due() && now < 3s) {
        now += 200ms;
        quality += 0.03;
        see(quality);
    }
    EXPECT_EQ(now, 1600ms); // the window is 1.5 s, samples come every 0.2
    EXPECT_NEAR(inquiry.takePhoto(rules)->quality.total, quality, 1e-9);
}

TEST_F(InquiryTest, doesNotWaitWhenNothingBetterComes)
{
    EXPECT_TRUE(waitForDue(0.4, 400ms));
}

TEST_F(InquiryTest, sendsTheBestNotTheLast)
{
    see(0.6);
    now += 200ms;
    see(0.35);
    now += 200ms;
    EXPECT_TRUE(due());
    EXPECT_DOUBLE_EQ(inquiry.takePhoto(rules)->quality.total, 0.6);
}

TEST_F(InquiryTest, sendsAFaceThatLeavesAtOnce)
{
    see(0.4);
    EXPECT_FALSE(due());
    EXPECT_TRUE(due(true));
}

TEST_F(InquiryTest, sendsNothingBelowTheLeastQualityAndSaysWhy)
{
    EXPECT_FALSE(waitForDue(0.29, 10s));
    EXPECT_FALSE(due(true));
    EXPECT_EQ(view().reason, Reason::Blurred);
    EXPECT_DOUBLE_EQ(view().shot->total, 0.29);
}

TEST_F(InquiryTest, asksOnceMoreAboutAnUnknownFaceWithAClearlyBetterShotOnly)
{
    EXPECT_TRUE(ask(match(0.6), 0.5));
    EXPECT_EQ(view().status, Status::Unknown);
    EXPECT_DOUBLE_EQ(*view().answer->similarity, 0.6);
    EXPECT_FALSE(ask(match(0.9), 0.64));
    EXPECT_TRUE(ask(match(0.9), 0.66));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, leavesAnUnknownFaceAloneAfterTheSecondTime)
{
    EXPECT_TRUE(ask(match(0.6), 0.4));
    EXPECT_TRUE(ask(match(0.5), 0.6));
    EXPECT_FALSE(ask(match(0.9), 0.99));
    EXPECT_DOUBLE_EQ(*view().answer->similarity, 0.6);
}

TEST_F(InquiryTest, doesNotBelieveATemplateWithoutASimilarity)
{
    Reply reply = match(0.9);
    reply.answer.similarity.reset();
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Unknown);
}

TEST_F(InquiryTest, callsAFaceASpoofWhenASecondShotSaysSoToo)
{
    Reply reply = match(0.99);
    reply.answer.liveness = Judgement{0.833, false};
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_TRUE(ask(reply));
    EXPECT_EQ(view().status, Status::Spoof);
    EXPECT_EQ(*view().answer->templateId, "someone");
    EXPECT_FALSE(ask(reply));
}

TEST_F(InquiryTest, takesAThirdShotAfterOneYesAndOneNo)
{
    Reply notLive = match(0.99);
    notLive.answer.deepfake = Judgement{0.2, false};
    for (const bool yes : {false, true}) {
        inquiry = {};
        EXPECT_TRUE(ask(notLive));
        EXPECT_TRUE(ask(match(0.9)));
        EXPECT_EQ(view().status, Status::Pending);
        EXPECT_TRUE(ask(yes ? match(0.9) : notLive));
        EXPECT_EQ(view().status, yes ? Status::Identified : Status::Spoof);
        EXPECT_FALSE(ask(match(0.9)));
    }
}

TEST_F(InquiryTest, callsOneYesAndOneNoASpoofWhereNoThirdShotCanBeHad)
{
    Reply notLive = match(0.99);
    notLive.answer.liveness = Judgement{0.2, false};
    EXPECT_TRUE(ask(notLive));
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_TRUE(inquiry.settle(now + 3s, false));
    EXPECT_EQ(view().status, Status::Spoof);

    inquiry = {};
    rules.maxAttempts = 2;
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
    inquiry = {};
    EXPECT_TRUE(ask(notLive));
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Spoof);
}

TEST_F(InquiryTest, namesNobodyWithoutTheVerdictThatWasAskedFor)
{
    rules.checkLiveness = true;
    Reply scoreOnly = match(0.99);
    scoreOnly.answer.liveness = Judgement{0.9, std::nullopt};
    for (const Reply &reply : {match(0.99), scoreOnly}) {
        inquiry = {};
        EXPECT_TRUE(ask(reply));
        EXPECT_EQ(view().status, Status::Pending);
        EXPECT_TRUE(ask(reply));
        EXPECT_EQ(view().status, Status::Unavailable);
        EXPECT_EQ(view().reason, Reason::NoLiveness);
        EXPECT_EQ(view().answer, nullptr);
        EXPECT_EQ(inquiry.identity(), nullptr);
        EXPECT_FALSE(ask(reply)) << "two are enough";
    }
}

TEST_F(InquiryTest, believesTheVerdictOfASecondShot)
{
    rules.checkDeepfake = true;
    Reply fine = match(0.9);
    fine.answer.deepfake = Judgement{0.9, true};
    EXPECT_TRUE(ask(match(0.99)));
    EXPECT_TRUE(ask(fine));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, saysSoonThatNoVerdictCameWhereNoSecondShotCanBeHad)
{
    rules.checkLiveness = true;
    EXPECT_TRUE(ask(match(0.99)));
    EXPECT_FALSE(inquiry.settle(now, false));
    EXPECT_TRUE(inquiry.settle(now + 3s, false));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_EQ(view().reason, Reason::NoLiveness);

    inquiry = {};
    rules.maxAttempts = 1;
    EXPECT_TRUE(ask(match(0.99)));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_EQ(view().reason, Reason::NoLiveness);
}

TEST_F(InquiryTest, goesByWhatThePhotoWasSentWithNotByWhatIsSetNow)
{
    see();
    rules.checkLiveness = true;
    const auto shot = inquiry.takePhoto(rules);
    EXPECT_TRUE(shot->askedLiveness);
    EXPECT_FALSE(shot->askedDeepfake);
    rules.checkLiveness = false;
    rules.checkDeepfake = true;
    Reply live = match(0.9);
    live.answer.liveness = Judgement{0.9, true};
    inquiry.noteReply(live, at(now), rules);
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, asksAnewAfterTheIntervalAboutAFaceWithoutAVerdict)
{
    rules.checkLiveness = true;
    rules.reidentifyInterval = 60s;
    EXPECT_TRUE(ask(match(0.99)));
    EXPECT_TRUE(ask(match(0.99)));
    EXPECT_EQ(view().status, Status::Unavailable);
    Reply fine = match(0.9);
    fine.answer.liveness = Judgement{0.9, true};
    EXPECT_TRUE(waitForDue(0.9, 70s));
    EXPECT_TRUE(answer(fine));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, takesASecondShotWithMoreAroundItAlsoOfAPictureThatStandsStill)
{
    stillPicture = true;
    Reply notLive = match(0.99);
    notLive.answer.liveness = Judgement{0.2, false};
    EXPECT_TRUE(ask(notLive));
    EXPECT_GT(see()->marginFactor, 1);
    EXPECT_TRUE(ask(notLive));
    EXPECT_EQ(view().status, Status::Spoof);
}

TEST_F(InquiryTest, callsItASpoofWhenNoSecondShotCanBeHad)
{
    Reply notLive = match(0.99);
    notLive.answer.liveness = Judgement{0.2, false};
    EXPECT_TRUE(ask(notLive));
    EXPECT_FALSE(inquiry.settle(now, false));
    EXPECT_TRUE(inquiry.settle(now + 3s, false));
    EXPECT_EQ(view().status, Status::Spoof);
    EXPECT_FALSE(inquiry.settle(now + 4s, false));
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
    see();
    ASSERT_TRUE(inquiry.takePhoto(rules));
    EXPECT_FALSE(waitForDue(1.0, 5s));
}

TEST_F(InquiryTest, waitsForAFaceThatIsLargeEnough)
{
    EXPECT_FALSE(see(0.9, {0.4, 0.4, 0.04, 0.2}));
    EXPECT_EQ(view().reason, Reason::TooSmall);
    EXPECT_TRUE(see());
}

TEST_F(InquiryTest, sendsTheWholeFrameAsItIs)
{
    rules.wholeFrame = true;
    EXPECT_TRUE(inquiry.see({0, 0, 1, 1}, {16, 16, 1, 1}, now, rules));
    EXPECT_TRUE(inquiry.judge({}, Reason::Blurred, rules));
}

TEST_F(InquiryTest, isNotUsedUpByFailuresAndKeepsItsShot)
{
    see(0.9);
    for (int i = 0; i < 50; ++i) {
        const auto shot = inquiry.takePhoto(rules);
        ASSERT_TRUE(shot);
        EXPECT_EQ(shot->times.runningTime, 0s);
        EXPECT_FALSE(inquiry.noteReply(failure(i % 2 ? Outcome::Timeout : Outcome::ServerError),
                                       at(now), rules));
        now += rules.retry.backoff.longest;
        EXPECT_TRUE(due());
    }
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_EQ(view().reason, Reason::Service);
    EXPECT_EQ(view().attempts, 0U);
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, triesAgainAfterPausesThatDoubleAtMost)
{
    see(0.9);
    StreamTime doubled = 500ms;
    for (int tries = 1; tries <= 12; ++tries) {
        ASSERT_TRUE(inquiry.takePhoto(rules));
        inquiry.noteReply(failure(Outcome::Timeout), at(now), rules);
        EXPECT_FALSE(due(true)) << "not at once";
        now += doubled;
        EXPECT_TRUE(due()) << tries;
        doubled = std::min<StreamTime>(2 * doubled, rules.retry.backoff.longest);
    }
}

TEST_F(InquiryTest, goesAtOnceWhenTheServiceIsBackUnlessItIsThePhotoThatItFailsAt)
{
    rules.retry.retries = 2;
    see(0.9);
    for (unsigned failures = 1; failures <= 6; ++failures) {
        ASSERT_TRUE(inquiry.takePhoto(rules));
        inquiry.noteReply(failure(Outcome::ServerError), at(now), rules);
        inquiry.serviceIsBack();
        EXPECT_EQ(due(), failures <= rules.retry.retries) << failures;
        now += 30s;
    }
}

TEST_F(InquiryTest, sendsABetterShotThatCameWhileTheFirstOneFailed)
{
    see(0.4);
    now += 400ms;
    inquiry.takePhoto(rules);
    see(0.5); // not clearly better
    see(0.7);
    inquiry.noteReply(failure(Outcome::Timeout), at(now), rules);
    now += 1s;
    EXPECT_TRUE(due());
    EXPECT_DOUBLE_EQ(inquiry.takePhoto(rules)->quality.total, 0.7);
}

TEST_F(InquiryTest, waitsAMinuteAfterTwoAnswersThatWereNoneThenTwice)
{
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    for (const StreamTime pause : {1min, 2min, 4min}) {
        EXPECT_EQ(view().status, Status::Pending);
        EXPECT_EQ(view().reason, Reason::Service);
        now -= 1s; // when it was answered
        EXPECT_FALSE(waitForDue(0.9, pause - 1s));
        EXPECT_TRUE(waitForDue(0.9, 2s));
        EXPECT_TRUE(answer(failure(Outcome::NoAnswer)));
    }
    now += 8min;
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, triesOnceMoreSoonerWhenAnotherFaceHasHadAnAnswer)
{
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    inquiry.serviceIsBack();
    EXPECT_TRUE(ask(failure(Outcome::NoAnswer)));
    inquiry.serviceIsBack();
    EXPECT_FALSE(ask(failure(Outcome::NoAnswer))) << "each is probably billed";
}

TEST_F(InquiryTest, keepsThePhotoForTheOneFurtherTryAfterAnAnswerThatWasNone)
{
    ASSERT_TRUE(waitForDue(0.9, 5s));
    ASSERT_TRUE(inquiry.takePhoto(rules));
    inquiry.noteReply(failure(Outcome::NoAnswer), at(now), rules);
    EXPECT_TRUE(inquiry.hasUnsent()) << "who has left has no other";
    EXPECT_FALSE(inquiry.due(now, true, rules)) << "not at once";
    EXPECT_TRUE(inquiry.due(now + 10s, true, rules));
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
    EXPECT_GT(see()->marginFactor, 1);
    EXPECT_TRUE(ask(refusal(5)));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_FALSE(ask(match(0.9)));
}

TEST_F(InquiryTest, takesATighterPhotoAfterSeveralFaces)
{
    EXPECT_TRUE(ask(refusal(6)));
    EXPECT_LT(see()->marginFactor, 1);
}

TEST_F(InquiryTest, anAnswerAboutAnotherPlaceIsNoVoteButTakesATighterPhoto)
{
    see();
    const auto shot = inquiry.takePhoto(rules);
    Reply elsewhere = match(0.99);
    elsewhere.answer.box = shot->plan.toPhoto({0.6, 0.4, 0.2, 0.2}, frame);
    EXPECT_TRUE(inquiry.noteReply(elsewhere, at(now), rules));
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_EQ(view().reason, Reason::OtherFace);
    EXPECT_EQ(view().answer, nullptr);
    EXPECT_EQ(view().attempts, 1U);
    now += 600ms;
    EXPECT_FALSE(see()) << "time to turn the head";
    now += 200ms;
    EXPECT_LT(see()->marginFactor, 1);
}

TEST_F(InquiryTest, isLeftAloneAfterSoManyAnswersAboutAnotherPlace)
{
    Reply elsewhere = match(0.99);
    elsewhere.answer.box = Box{-500, -500, 100, 100};
    EXPECT_TRUE(ask(elsewhere));
    EXPECT_TRUE(ask(elsewhere));
    EXPECT_TRUE(ask(elsewhere));
    EXPECT_FALSE(ask(elsewhere));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_EQ(view().reason, Reason::OtherFace);
}

TEST_F(InquiryTest, anAnswerAboutAnotherPlaceTakesNoNameAway)
{
    rules.reidentifyInterval = 60s;
    EXPECT_TRUE(ask(match(0.9)));
    Reply elsewhere = match(0.99);
    elsewhere.answer.templateId = "else";
    elsewhere.answer.box = Box{-500, -500, 100, 100};
    EXPECT_TRUE(waitForDue(0.9, 70s));
    EXPECT_TRUE(answer(elsewhere));
    EXPECT_EQ(view().status, Status::Identified);
    EXPECT_EQ(*inquiry.identity(), "someone");
}

TEST_F(InquiryTest, theWholeFrameIsNotAPlace)
{
    rules.wholeFrame = true;
    const Box whole{0, 0, 1, 1};
    see(0.9, whole);
    ASSERT_TRUE(inquiry.takePhoto(rules));
    Reply reply = match(0.9);
    reply.answer.box = Box{10, 10, 20, 20};
    inquiry.noteReply(reply, at(now), rules);
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, waitsForAClearlyLargerFaceAfterTooSmall)
{
    EXPECT_TRUE(ask(refusal(9)));
    EXPECT_FALSE(see());
    EXPECT_EQ(view().reason, Reason::TooSmall);
    EXPECT_FALSE(see(0.9, {0.3, 0.3, 0.25, 0.25}));
    EXPECT_TRUE(see(0.9, {0.3, 0.3, 0.27, 0.27}));
}

TEST_F(InquiryTest, neverSendsBytesAgainThatWereAnswered)
{
    stillPicture = true;
    EXPECT_TRUE(ask(refusal(4)));
    EXPECT_FALSE(ask(refusal(4)));
    stillPicture = false;
    EXPECT_TRUE(ask(match(0.9)));
}

TEST_F(InquiryTest, pausesAfterARefusal)
{
    EXPECT_TRUE(ask(refusal(4)));
    now -= 900ms;
    EXPECT_FALSE(see());
    now += 900ms;
    EXPECT_TRUE(see());
}

TEST_F(InquiryTest, givesUpAfterSoManyAnswers)
{
    EXPECT_TRUE(ask(refusal(1)));
    EXPECT_TRUE(ask(refusal(2)));
    EXPECT_TRUE(ask(refusal(4)));
    EXPECT_FALSE(ask(refusal(4)));
    EXPECT_EQ(view().status, Status::Unavailable);
    EXPECT_EQ(view().attempts, 3U);
}

TEST_F(InquiryTest, isContentWithOneAnswerWhereOnlyOneMayBe)
{
    rules.maxAttempts = 1;
    Reply notLive = match(0.99);
    notLive.answer.liveness = Judgement{0.2, false};
    EXPECT_TRUE(ask(notLive));
    EXPECT_EQ(view().status, Status::Spoof);
    EXPECT_FALSE(ask(match(0.9)));
}

TEST_F(InquiryTest, takesASmallerPhotoAfter413ButNotForEver)
{
    // 400 px, which is less than the usual limit: the next one has to be smaller than that.
    int asked = 0;
    for (int last = 1000; ask(failure(Outcome::TooLarge)); last = photoPx) {
        EXPECT_LT(photoPx, last);
        ASSERT_LT(++asked, 10);
    }
    EXPECT_GE(asked, 2);
    EXPECT_EQ(view().status, Status::Unavailable);
}

TEST_F(InquiryTest, asksAgainAfterTheIntervalAndIsNeverDowngraded)
{
    rules.reidentifyInterval = 60s;
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_FALSE(waitForDue(0.9, 50s));
    EXPECT_TRUE(waitForDue(0.9, 20s));
    EXPECT_TRUE(answer(match(0.5)));
    EXPECT_EQ(view().status, Status::Identified);
    EXPECT_DOUBLE_EQ(*view().answer->similarity, 0.9);
    EXPECT_EQ(view().attempts, 2U);
}

TEST_F(InquiryTest, waitsForItsAnswerWhenItIsContestedAfterItWasGivenUp)
{
    rules.reidentifyInterval = 60s;
    EXPECT_TRUE(ask(match(0.8)));
    EXPECT_TRUE(waitForDue(0.9, 70s));
    EXPECT_TRUE(answer(refusal(5)));
    EXPECT_TRUE(ask(refusal(5)));
    EXPECT_FALSE(waitForDue(0.9, 20s)) << "twice no face";
    inquiry.contest(rules);
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_TRUE(ask(match(0.9)));
    EXPECT_EQ(view().status, Status::Identified);
}

TEST_F(InquiryTest, isAskedOnceMoreWhenAnotherFaceHasABetterClaimAndThenIsUnknown)
{
    EXPECT_TRUE(ask(match(0.8)));
    inquiry.contest(rules);
    EXPECT_EQ(view().status, Status::Pending);
    EXPECT_EQ(view().reason, Reason::Double);
    EXPECT_TRUE(ask(match(0.78)));
    EXPECT_EQ(view().status, Status::Identified);
    inquiry.contest(rules);
    EXPECT_EQ(view().status, Status::Unknown);
    EXPECT_EQ(view().reason, Reason::Double);
    EXPECT_EQ(inquiry.identity(), nullptr);
    see();
    EXPECT_FALSE(due());
}

TEST_F(InquiryTest, mapsTheServicesBoxAndLandmarksToTheFrameAndMovesThemWithTheTrack)
{
    see();
    const auto shot = inquiry.takePhoto(rules);
    Reply reply = match(0.9);
    // In the photo: exactly the face's own box, and a nose in its middle.
    reply.answer.box = shot->plan.toPhoto(largeFace, frame);
    reply.answer.landmarks.emplace();
    reply.answer.landmarks->fill(reply.answer.box->centre());
    inquiry.noteReply(reply, at(now), rules);

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
    see();
    ASSERT_TRUE(inquiry.takePhoto(rules));
    inquiry.noteReply(match(0.9), at(7s), rules);
    EXPECT_EQ(view().asked->pts, 5s);
    EXPECT_EQ(view().answered->pts, 7s);
}
