// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/face_book.cpp
#include "core/asking/face_book.h"
#include "core/tracking/stage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

constexpr FrameShape frame{1000, 1000, 1, 1};

FrameTimes at(StreamTime time)
{
    // Another clock's time, and not that of the frame by any sum of ours.
    return {time, time, time,
            std::chrono::system_clock::time_point(
                std::chrono::hours(500'000) +
                std::chrono::duration_cast<std::chrono::system_clock::duration>(time))};
}

Reply match(const char *who)
{
    Reply reply;
    reply.outcome = Outcome::Answered;
    reply.answer.templateId = who;
    reply.answer.similarity = 0.9;
    return reply;
}

class FaceBookTest : public testing::Test
{
protected:
    static Observation faceAt(double left)
    {
        Observation face;
        face.box = {left, 0.4, 0.2, 0.2};
        face.score = 0.9;
        return face;
    }

    /** One sample with faces of a fifth of the frame at these left edges, 200 ms after the last;
     * photos are taken of whoever is wished for. */
    FaceBook::Events see(std::vector<double> lefts, double quality = 0.9)
    {
        std::vector<Observation> seen;
        for (std::size_t i = 0; i < lefts.size(); ++i) {
            seen.push_back(faceAt(lefts[i]));
            seen.back().objectId = number;
            if (i < who.size())
                seen.back().texture = ooto::test::textureOf(who[i], random);
        }
        now += 200ms;
        auto events = book.observe(at(now), frame, seen, picture);
        picture = {};
        for (const ShotWish &wish : book.wishes()) {
            Shot shot;
            shot.quality.total = quality;
            if (!book.judge(wish.trackId, shot.quality, Reason::Blurred))
                continue;
            shot.times = at(now);
            shot.frame = frame;
            shot.face = seen[wish.observation].box;
            shot.plan = planPhoto(shot.face, frame, 0.5, 800);
            shot.bytes =
                std::make_shared<std::vector<std::uint8_t>>(3, static_cast<std::uint8_t>(++taken));
            book.offer(wish.trackId, shot);
        }
        return events;
    }

    /** The first person comes, and is answered. */
    void identifyHer()
    {
        who = {1};
        see({0.3});
        see({0.3});
        book.noteReply(send().begin()->first, match("her"), at(now));
    }

    /** One sample with these faces, 200 ms after the last. */
    void look(const std::vector<Box> &boxes)
    {
        std::vector<Observation> seen;
        for (const Box &box : boxes) {
            seen.push_back(faceAt(0));
            seen.back().box = box;
        }
        book.observe(at(now += 200ms), frame, seen);
    }

    /** Sends what is due. @return whose photos, by their place */
    std::map<TrackId, Box> send()
    {
        std::map<TrackId, Box> sent;
        for (const TrackId id : book.due(now)) {
            if (const auto shot = book.takePhoto(id, now))
                sent[id] = shot->face;
        }
        return sent;
    }

    /** Somebody got this answer and left; somebody else stands there next. */
    void standThereNext(Status before)
    {
        who = {1};
        see({0.3});
        see({0.3});
        Reply first = match("her");
        if (before == Status::Unknown)
            first.answer.templateId.reset();
        book.noteReply(send().begin()->first, first, at(now));
        EXPECT_EQ(book.faces(now).at(0).status, before);
        FaceBook::Events events;
        for (int i = 0; i < 14; ++i) {
            who = {2};
            const auto more = see(i < 12 ? std::vector<double>{} : std::vector<double>{0.3});
            events.insert(events.end(), more.begin(), more.end());
        }
        ASSERT_EQ(events.size(), 2U);
        EXPECT_EQ(events[0].type, FaceEventType::End) << "of who was there, before the new one";
        EXPECT_EQ(events[1].type, FaceEventType::New);
        EXPECT_EQ(events[1].face.status, Status::Pending);
        EXPECT_NE(events[1].face.visit, events[0].face.visit);
        for (int i = 0; i < 4; ++i)
            see({0.3});
        EXPECT_EQ(send().size(), 1U) << "is asked about";
    }

    FaceBook book;
    StreamTime now{0};
    int taken = 0;
    std::optional<std::uint64_t> number; ///< that upstream gives the faces
    std::vector<unsigned> who;           ///< whose faces are seen, see textureOf()
    PictureChange picture;               ///< of the next sample
    std::mt19937 random{1};
};

} // namespace

TEST_F(FaceBookTest, tellsOfANewFaceOnceAndAsksForItOnce)
{
    EXPECT_TRUE(see({0.3}).empty());
    const auto events = see({0.3});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::New);
    EXPECT_EQ(events[0].face.status, Status::Pending);
    EXPECT_NEAR(events[0].face.box.x, 0.3, 1e-9);
    ASSERT_EQ(book.due(now), std::vector{events[0].face.trackId});
    EXPECT_EQ(send().size(), 1U);
    EXPECT_TRUE(see({0.3}).empty());
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, showsPendingFacesAndKeepsTheAnswerOnTheFace)
{
    see({0.1, 0.6});
    see({0.1, 0.6});
    ASSERT_EQ(book.faces(now).size(), 2U);
    const auto sent = send();
    ASSERT_EQ(sent.size(), 2U);
    for (const auto &[id, face] : sent)
        book.noteReply(id, match(face.x < 0.5 ? "left" : "right"), at(now));
    for (double step = 0; step < 0.1; step += 0.02)
        see({0.6 + step, 0.1 + step});
    for (const FaceView &face : book.faces(now))
        EXPECT_EQ(*face.answer->templateId, face.box.x < 0.5 ? "left" : "right");
}

TEST_F(FaceBookTest, asksAboutTheNewestFaceFirst)
{
    see({0.1});
    see({0.1, 0.6});
    see({0.1, 0.6});
    const auto due = book.due(now);
    ASSERT_EQ(due.size(), 2U);
    EXPECT_NEAR(book.takePhoto(due[0], now)->face.x, 0.6, 1e-9);
}

TEST_F(FaceBookTest, reportsTheEndOnceWithWhatWasKnown)
{
    see({0.3});
    see({0.3});
    book.noteReply(send().begin()->first, match("her"), at(now));
    const auto events = book.advance(at(now + 10s));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::End);
    EXPECT_EQ(events[0].face.status, Status::Identified);
    EXPECT_EQ(*events[0].face.answer->templateId, "her");
    EXPECT_TRUE(book.advance(at(now + 20s)).empty());
    EXPECT_TRUE(book.endAll(at(now + 20s)).empty());
}

TEST_F(FaceBookTest, saysInEveryEventWhenItsTrackBegan)
{
    see({0.3});
    const auto began = see({0.3}).at(0);
    EXPECT_EQ(began.type, FaceEventType::New);
    const auto begin = began.times.wallClock;
    EXPECT_EQ(begin, at(now).wallClock);
    EXPECT_EQ(began.face.since, begin);
    EXPECT_EQ(book.noteReply(send().begin()->first, match("her"), at(now + 1s)).at(0).face.since,
              begin);
    see({0.3});
    EXPECT_EQ(book.faces(now).at(0).since, begin);
    for (int i = 0; i < 15; ++i)
        see({});
    see({0.3});
    const auto again = see({0.3});
    ASSERT_FALSE(again.empty());
    EXPECT_EQ(again[0].type, FaceEventType::New) << "of another track, whoever it is";
    for (const FaceEvent &event : again)
        EXPECT_EQ(event.face.since, at(now).wallClock);
}

TEST_F(FaceBookTest, saysAtTheEndWhenTheFaceWasSeenLast)
{
    see({0.3});
    see({0.3});
    const StreamTime last = now;
    EXPECT_FALSE(book.noteReply(send().begin()->first, match("her"), at(now)).at(0).lastSeen);
    FaceBook::Events events;
    while (events.empty())
        events = see({});
    ASSERT_EQ(events[0].type, FaceEventType::End);
    ASSERT_TRUE(events[0].lastSeen);
    EXPECT_EQ(events[0].lastSeen->pts, last);
    EXPECT_EQ(events[0].lastSeen->wallClock, at(last).wallClock);
    EXPECT_GT(events[0].times.runningTime, last);
}

TEST_F(FaceBookTest, judgesTheAnswersThatAreThereByAnotherThreshold)
{
    see({0.3});
    see({0.3});
    const TrackId id = send().begin()->first;
    book.noteReply(id, match("her"), at(now)); // 0.9
    const VisitNumber visit = book.faces(now).at(0).visit;
    BookRules rules;
    EXPECT_TRUE(book.rejudge(at(now)).empty()) << "nothing changed";

    rules.asking.similarityThreshold = 0.95;
    book.setRules(rules);
    auto events = book.rejudge(at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Updated);
    EXPECT_EQ(events[0].face.status, Status::Unknown);
    EXPECT_FALSE(events[0].face.isMatch);

    rules.asking.similarityThreshold = 0.85;
    book.setRules(rules);
    events = book.rejudge(at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].face.status, Status::Identified);
    EXPECT_EQ(events[0].face.visit, visit);
    see({0.3});
    EXPECT_TRUE(send().empty()) << "no call for that";
}

TEST_F(FaceBookTest, wasToBeAskedAgainUntilTheThresholdWasLowered)
{
    BookRules rules;
    rules.asking.similarityThreshold = 0.95;
    book.setRules(rules);
    see({0.3}, 0.4);
    for (int i = 0; i < 20 && book.due(now).empty(); ++i)
        see({0.3}, 0.4);
    book.noteReply(send().begin()->first, match("her"), at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Unknown);
    rules.asking.similarityThreshold = 0.85;
    book.setRules(rules);
    EXPECT_EQ(book.rejudge(at(now)).size(), 1U);
    see({0.3}, 1.0);
    EXPECT_TRUE(send().empty()) << "a clearly better photo has nothing left to say";
}

TEST_F(FaceBookTest, reportsAnAnswerThatComesAfterTheEndAsLate)
{
    see({0.3});
    see({0.3});
    const TrackId id = send().begin()->first;
    EXPECT_EQ(book.endAll(at(now)).size(), 1U);
    const auto events = book.noteReply(id, match("her"), at(now + 1s));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Answered);
    EXPECT_TRUE(events[0].late);
    EXPECT_EQ(*events[0].face.answer->templateId, "her");
    EXPECT_TRUE(book.noteReply(id, match("her"), at(now + 2s)).empty());
}

TEST_F(FaceBookTest, asksForWhoLeftBeforeTheWindowWasOver)
{
    see({0.3}, 0.4);
    see({0.3}, 0.4);
    EXPECT_TRUE(book.due(now).empty());
    book.endAll(at(now));
    const auto sent = send();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_TRUE(book.noteReply(sent.begin()->first, match("her"), at(now)).at(0).late);
}

TEST_F(FaceBookTest, asksForNobodyAfterAFlush)
{
    see({0.3}, 0.4);
    see({0.3}, 0.4);
    EXPECT_EQ(book.flush(at(now)).size(), 1U);
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, keepsThePhotoOfWhoLeftForTheVisitTimeoutAndNoLonger)
{
    see({0.3}, 0.4);
    see({0.3}, 0.4);
    book.endAll(at(now));
    book.advance(at(now + 119s));
    EXPECT_EQ(book.due(now + 119s).size(), 1U);
    book.advance(at(now + 121s));
    see({});
    book.endAll(at(now + 122s));
    EXPECT_TRUE(book.due(now + 122s).empty());
}

TEST_F(FaceBookTest, goesOnWithWhoLookedAwayWithoutACall)
{
    who = {1};
    see({0.3});
    const FaceView begin = see({0.3}).at(0).face;
    const TrackId first = begin.trackId;
    book.noteReply(send().begin()->first, match("her"), at(now));
    for (int i = 0; i < 15; ++i)
        see({});
    see({0.3});
    const auto events = see({0.3});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].type, FaceEventType::New);
    EXPECT_EQ(events[1].type, FaceEventType::Updated);
    EXPECT_NE(events[1].face.trackId, first);
    EXPECT_EQ(events[1].face.status, Status::Identified);
    EXPECT_EQ(events[1].face.visit, begin.visit);
    EXPECT_TRUE(send().empty());
    EXPECT_EQ(book.visits(), 1U);
}

TEST_F(FaceBookTest, givesWhoStandsThereNextNoName)
{
    standThereNext(Status::Identified);
}

TEST_F(FaceBookTest, asksAboutWhoStandsWhereAnUnknownOneWas)
{
    standThereNext(Status::Unknown);
}

TEST_F(FaceBookTest, givesAnAnswerToTheTrackThatGoesOn)
{
    who = {1};
    see({0.3});
    see({0.3});
    const TrackId first = send().begin()->first;
    for (int i = 0; i < 15; ++i)
        see({});
    see({0.3});
    const TrackId second = see({0.3}).at(0).face.trackId;
    const auto events = book.noteReply(first, match("her"), at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].face.trackId, second);
    EXPECT_FALSE(events[0].late);
    EXPECT_EQ(book.faces(now).at(0).status, Status::Identified);
}

TEST_F(FaceBookTest, countsTheSameTemplateAgainWithinTheTimeoutAsTheSameVisit)
{
    const auto visitAt = [this](double left) {
        see({left});
        see({left});
        for (const auto &[id, face] : send())
            book.noteReply(id, match("her"), at(now));
        const VisitNumber visit = book.faces(now).at(0).visit;
        now += 60s;
        book.advance(at(now));
        return visit;
    };
    const VisitNumber first = visitAt(0.3);
    EXPECT_EQ(visitAt(0.7), first);
    EXPECT_EQ(book.visits(), 1U);
    now += 100s;
    EXPECT_NE(visitAt(0.3), first);
    EXPECT_EQ(book.visits(), 2U);
}

TEST_F(FaceBookTest, saysWhyAFaceIsNotAskedAbout)
{
    see({0.3});
    see({0.3});
    book.putOff(book.due(now).at(0), Reason::Service);
    EXPECT_EQ(book.faces(now).at(0).reason, Reason::Service);
    EXPECT_EQ(book.endAll(at(now)).at(0).face.reason, Reason::Service);
}

TEST_F(FaceBookTest, carriesPhotosInEventsOnlyWhenToldTo)
{
    for (const bool keep : {false, true}) {
        BookRules rules;
        rules.keepPhotos = keep;
        book.setRules(rules);
        see({0.3});
        see({0.3});
        const auto answered = book.noteReply(send().begin()->first, match("her"), at(now));
        EXPECT_EQ(answered.at(0).photo != nullptr, keep);
        EXPECT_EQ(book.endAll(at(now)).at(0).photo != nullptr, keep);
    }
}

TEST_F(FaceBookTest, ignoresRepliesToTracksItDoesNotKnow)
{
    EXPECT_TRUE(book.noteReply(4711, match("nobody"), at(now)).empty());
    book.putOff(4711, Reason::Busy);
    EXPECT_FALSE(book.isDue(4711, now));
    EXPECT_FALSE(book.takePhoto(4711, now));
}

TEST_F(FaceBookTest, aPhotoThatFailedWaitsForWhoeverKnewItToBeDueToo)
{
    see({0.3});
    see({0.3});
    const auto due = book.due(now); // as two threads may find it at once
    ASSERT_EQ(due.size(), 1U);
    ASSERT_TRUE(book.takePhoto(due[0], now));
    EXPECT_FALSE(book.takePhoto(due[0], now)) << "it is under way";
    Reply failure;
    failure.outcome = Outcome::ServerError;
    failure.retryAfter = 10s;
    book.noteReply(due[0], failure, at(now));
    EXPECT_FALSE(book.isDue(due[0], now));
    EXPECT_FALSE(book.takePhoto(due[0], now)) << "it has to wait";
    EXPECT_TRUE(book.takePhoto(due[0], now + 10s));
}

TEST_F(FaceBookTest, doesNotNameWhoeverGetsTheNumberOfOneWhoIsGone)
{
    number = 7;
    see({0.1});
    book.noteReply(send().begin()->first, match("her"), at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Identified);
    // Within the time to be relinked, but elsewhere.
    now += 3s;
    auto events = book.advance(at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::End);
    events = see({0.7});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::New);
    EXPECT_EQ(events[0].face.trackId, 7);
    EXPECT_EQ(events[0].face.status, Status::Pending);
    EXPECT_EQ(send().size(), 1U);
}

TEST_F(FaceBookTest, anAnswerForOneWhoIsGoneDoesNotReachWhoGotTheNumber)
{
    number = 7;
    see({0.1});
    ASSERT_EQ(send().begin()->first, 7);
    now += 3s;
    book.advance(at(now));
    see({0.7});
    book.noteReply(7, match("her"), at(now));
    const auto faces = book.faces(now);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_NE(faces[0].trackId, 7);
    EXPECT_EQ(faces[0].status, Status::Pending);
}

TEST_F(FaceBookTest, whoComesBackToHisPlaceWithHisNumberGoesOn)
{
    number = 7;
    who = {1};
    see({0.1});
    book.noteReply(send().begin()->first, match("her"), at(now));
    now += 3s;
    book.advance(at(now));
    see({0.1});
    see({0.1});
    const auto faces = book.faces(now);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces[0].trackId, 7);
    EXPECT_EQ(faces[0].status, Status::Identified);
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, tellsWhenAFaceIsGivenUp)
{
    see({0.3});
    see({0.3});
    Reply tooLarge;
    tooLarge.outcome = Outcome::TooLarge;
    EXPECT_TRUE(book.noteReply(send().begin()->first, tooLarge, at(now)).empty());
    FaceBook::Events events;
    for (int i = 0; i < 50 && events.empty(); ++i) {
        see({0.3});
        for (const auto &[id, face] : send())
            events = book.noteReply(id, tooLarge, at(now));
    }
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Updated);
    EXPECT_EQ(events[0].face.status, Status::Unavailable);
}

TEST_F(FaceBookTest, whoeverComesToThePlaceOfOneWhoIsGoneWithHisNumberIsSomebodyNew)
{
    number = 7;
    who = {1};
    see({0.1});
    book.noteReply(send().begin()->first, match("her"), at(now));
    now += 3s;
    book.advance(at(now));
    who = {2};
    for (int i = 0; i < 6; ++i) {
        see({0.1});
        ASSERT_EQ(book.faces(now).size(), 1U);
        EXPECT_EQ(book.faces(now)[0].status, Status::Pending) << i;
    }
    EXPECT_EQ(send().size(), 1U);
}

TEST_F(FaceBookTest, withholdsTheNameAtOnceAndGivesItBackWithoutACall)
{
    identifyHer();
    const VisitNumber visit = book.faces(now).at(0).visit;
    see({0.3});
    who = {2};
    auto events = see({0.3});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Updated);
    EXPECT_EQ(events[0].face.status, Status::Pending);
    EXPECT_EQ(events[0].face.reason, Reason::Doubt);
    EXPECT_EQ(events[0].face.answer, nullptr);
    EXPECT_NE(events[0].face.visit, visit);
    EXPECT_TRUE(send().empty());
    who = {1};
    events = see({0.3});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].face.status, Status::Identified);
    EXPECT_EQ(events[0].face.visit, visit);
    EXPECT_TRUE(send().empty());
    EXPECT_EQ(book.visits(), 1U);
}

TEST_F(FaceBookTest, asksAboutWhoeverIsNotProvenWithinThreeSamples)
{
    identifyHer();
    see({0.3});
    who = {2};
    see({0.3});
    EXPECT_TRUE(send().empty());
    see({0.3});
    EXPECT_TRUE(send().empty());
    see({0.3});
    const auto sent = send();
    ASSERT_EQ(sent.size(), 1U);
    book.noteReply(sent.begin()->first, match("him"), at(now));
    EXPECT_EQ(*book.faces(now).at(0).answer->templateId, "him");
    EXPECT_EQ(book.visits(), 2U);
    EXPECT_EQ(book.faces(now).at(0).attempts, 2U);
    see({0.3});
    EXPECT_EQ(book.faces(now).at(0).status, Status::Identified);
}

TEST_F(FaceBookTest, believesNoReplyAboutOneWhoIsThereNoMore)
{
    who = {1};
    see({0.3});
    see({0.3});
    book.noteReply(send().begin()->first, match("first"), at(now));
    see({0.3});
    who = {2};
    for (int i = 0; i < 3; ++i)
        see({0.3});
    const auto sent = send();
    ASSERT_EQ(sent.size(), 1U) << "about the second one";
    who = {3};
    see({0.3});
    book.noteReply(sent.begin()->first, match("second"), at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Pending) << "the third one";
    EXPECT_EQ(book.faces(now).at(0).answer, nullptr);
    // The request that was for nothing makes the next one wait a little.
    std::size_t asked = 0;
    for (int i = 0; i < 12; ++i) {
        see({0.3});
        asked += send().size();
    }
    EXPECT_EQ(asked, 1U) << "who is asked about";
}

TEST_F(FaceBookTest, sendsNoPhotoFromBeforeADoubtAfterIt)
{
    who = {1};
    see({0.3});
    see({0.3});
    const auto due = book.due(now);
    ASSERT_EQ(due.size(), 1U);
    book.putOff(due[0], Reason::Busy);
    who = {2};
    see({0.3});
    const auto shot = book.takePhoto(due[0], now);
    ASSERT_TRUE(shot);
    EXPECT_EQ(shot->times.runningTime, now) << "of who is there now";
    // Nothing had been said of the first one, so that nobody has to wait.
    EXPECT_EQ(book.visits(), 1U);
}

TEST_F(FaceBookTest, anAnswerAboutWhoWasThereBeforeCountsAgainOnceTheyAreProvenToBeThere)
{
    who = {1};
    see({0.3});
    see({0.3});
    const TrackId id = send().begin()->first;
    who = {2};
    see({0.3});
    book.noteReply(id, match("her"), at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Pending);
    who = {1};
    see({0.3});
    EXPECT_EQ(book.faces(now).at(0).status, Status::Identified);
}

TEST_F(FaceBookTest, makesTheRequestsForDoubtsRarerThatAnswersDispel)
{
    // A face that looks like somebody else twice a second, while the answer is the same each time.
    int requests = 0;
    for (int sample = 0; sample < 3000; ++sample) {
        who = {static_cast<unsigned>(10 + sample / 5)};
        see({0.3});
        for (const auto &[id, face] : send()) {
            ++requests;
            book.noteReply(id, match("her"), at(now));
        }
    }
    EXPECT_GT(requests, 5);
    EXPECT_LE(requests, 20) << "in ten minutes";
}

TEST_F(FaceBookTest, makesTheRequestsRarerAlsoWhereSamplesAlwaysAre)
{
    int requests = 0;
    for (int sample = 0; sample < 600; ++sample) {
        now += 800ms; // and 200 more
        who = {static_cast<unsigned>(10 + sample)};
        see({0.3});
        for (const auto &[id, face] : send()) {
            ++requests;
            book.noteReply(id, match("her"), at(now));
        }
    }
    EXPECT_GT(requests, 5);
    EXPECT_LE(requests, 20) << "in ten minutes";
}

TEST_F(FaceBookTest, givesATemplateToOneFaceAtATime)
{
    who = {1, 2};
    see({0.1, 0.6});
    see({0.1, 0.6});
    const auto answer = [this](double left, double right) {
        for (const auto &[id, face] : send()) {
            Reply reply = match("her");
            reply.answer.similarity = face.x < 0.5 ? left : right;
            book.noteReply(id, reply, at(now));
        }
    };
    answer(0.95, 0.76);
    const auto statusOf = [this](bool left) {
        for (const FaceView &face : book.faces(now)) {
            if ((face.box.x < 0.5) == left)
                return face.status;
        }
        return Status::Unavailable;
    };
    EXPECT_EQ(statusOf(true), Status::Identified);
    EXPECT_EQ(statusOf(false), Status::Pending) << "asked again";
    see({0.1, 0.6});
    answer(0.95, 0.77);
    EXPECT_EQ(statusOf(true), Status::Identified);
    EXPECT_EQ(statusOf(false), Status::Unknown);
    const auto faces = book.faces(now);
    EXPECT_NE(faces.at(0).visit, faces.at(1).visit);
    for (const FaceView &face : faces) {
        if (face.box.x > 0.5) {
            EXPECT_EQ(face.reason, Reason::Double);
        }
    }
    for (int i = 0; i < 20; ++i)
        see({0.1, 0.6});
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, anAnswerAboutWhoWasThereBeforeACutIsNotForWhoGotTheirNumber)
{
    number = 5;
    who = {1};
    see({0.3});
    see({0.3});
    const auto due = book.due(now);
    ASSERT_EQ(due, std::vector<TrackId>{5});
    ASSERT_TRUE(book.takePhoto(5, now));
    picture.another = true;
    who = {2};
    see({0.3});
    see({0.3});
    const auto sent = send();
    book.noteReply(5, match("her"), at(now));
    ASSERT_EQ(book.faces(now).size(), 1U);
    EXPECT_EQ(book.faces(now)[0].status, Status::Pending);
    ASSERT_EQ(sent.size(), 1U);
    book.noteReply(sent.begin()->first, match("him"), at(now));
    EXPECT_EQ(*book.faces(now)[0].answer->templateId, "him");
}

TEST_F(FaceBookTest, whoComesBackDoesNotGetTheNameOfWhoStoodThereLast)
{
    identifyHer();
    see({0.3});
    // Somebody else for a moment, who is asked about when the track has ended.
    who = {2};
    for (int i = 0; i < 3; ++i)
        see({0.3}, 0.4);
    for (int i = 0; i < 12; ++i)
        see({});
    for (const auto &[id, face] : send())
        book.noteReply(id, match("him"), at(now));
    who = {1};
    for (int i = 0; i < 4; ++i) {
        see({0.3});
        for (const FaceView &face : book.faces(now)) {
            if (face.status == Status::Identified) {
                EXPECT_EQ(*face.answer->templateId, "her") << i;
            }
        }
    }
}

TEST_F(FaceBookTest, makesTheRequestsRarerAlsoWhereTheirAnswersCountForNobody)
{
    // Each doubt is over, or renewed, before the answer comes.
    for (const bool renewed : {false, true}) {
        int requests = 0;
        std::optional<TrackId> asked;
        for (int sample = 0; sample < 3000; ++sample) {
            const bool doubted = sample % 10 < 4;
            who = {renewed ? static_cast<unsigned>(10 + sample / 4) : doubted ? 2U : 1U};
            see({0.3});
            if (asked)
                book.noteReply(*asked, match("her"), at(now));
            asked.reset();
            for (const auto &[id, face] : send()) {
                ++requests;
                asked = id;
            }
        }
        EXPECT_LE(requests, 25) << "in ten minutes; " << renewed;
    }
}

TEST_F(FaceBookTest, asksAboutSomebodyNewAlsoBesideACloseNeighbour)
{
    identifyHer();
    for (int i = 0; i < 13; ++i)
        see({});
    // Where she was, and somebody so close that hair or shoulders may be in the way.
    who = {2, 3};
    int asked = 0;
    for (int i = 0; i < 25; ++i) {
        see({0.3, 0.52});
        for (const auto &[id, face] : send())
            asked += face.x < 0.4;
    }
    EXPECT_EQ(asked, 1);
}

TEST_F(FaceBookTest, twoInViewAreNeverOneVisitWhoeverWasAnsweredFirst)
{
    who = {1, 2};
    see({0.1, 0.6});
    see({0.1, 0.6});
    const auto due = book.due(now);
    ASSERT_EQ(due.size(), 2U);
    const auto answer = [this](TrackId id, double similarity) {
        Reply reply = match("her");
        reply.answer.similarity = similarity;
        book.noteReply(id, reply, at(now));
    };
    for (const TrackId id : due)
        ASSERT_TRUE(book.takePhoto(id, now));
    answer(due[0], 0.76);
    answer(due[1], 0.95);
    const auto faces = book.faces(now);
    ASSERT_EQ(faces.size(), 2U);
    EXPECT_NE(faces[0].visit, faces[1].visit);
    EXPECT_EQ(std::count_if(faces.begin(), faces.end(),
                            [](const FaceView &face) {
                                return face.status == Status::Identified &&
                                       *face.answer->similarity == 0.95;
                            }),
              1);
}

TEST_F(FaceBookTest, doesNotShowWhoWasSeenElsewhereWhereTheyWereLost)
{
    who = {1};
    see({0.1});
    see({0.1});
    book.noteReply(send().begin()->first, match("her"), at(now));
    see({0.6});
    see({0.6});
    book.noteReply(send().begin()->first, match("her"), at(now));
    const auto faces = book.faces(now);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_NEAR(faces[0].box.x, 0.6, 0.05);
}

TEST_F(FaceBookTest, knowsWhoIsThereAlsoWhereAPictureComesEachHalfMinute)
{
    int requests = 0;
    int identified = 0;
    for (int picture = 0; picture < 20; ++picture) {
        who = {picture < 10 ? 1U : 2U};
        now += 29800ms;
        book.noteFrame(at(now + 200ms));
        see({0.3});
        for (const auto &[id, face] : send()) {
            ++requests;
            book.noteReply(id, match(picture < 10 ? "her" : "him"), at(now));
        }
        for (const FaceView &face : book.faces(now)) {
            if (face.status == Status::Identified) {
                ++identified;
                EXPECT_EQ(*face.answer->templateId, picture < 10 ? "her" : "him") << picture;
            }
        }
    }
    EXPECT_EQ(requests, 2);
    EXPECT_GE(identified, 15);
}

TEST_F(FaceBookTest, endsEverybodyWithAnotherPicture)
{
    identifyHer();
    picture.another = true;
    who = {2};
    const auto events = see({0.3});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::End);
    EXPECT_TRUE(book.faces(now).empty());
    see({0.3});
    EXPECT_EQ(send().size(), 1U);
}

TEST_F(FaceBookTest, leavesOutWhoeverIsExpectedBehindAnother)
{
    // A small face moves behind a large one: seen in each sample, on one another in between.
    for (int i = 0; i < 5; ++i)
        look({{0.5, 0.3, 0.3, 0.3}, {0.20 + 0.05 * i, 0.4, 0.1, 0.1}});
    ASSERT_EQ(book.faces(now).size(), 2U);
    const auto later = book.faces(now + 300ms);
    ASSERT_EQ(later.size(), 1U);
    EXPECT_GT(later[0].box.width, 0.2);
}

TEST_F(FaceBookTest, leavesOutALargeFaceThatWasMissedWhereASmallOneIsSeen)
{
    for (int i = 0; i < 5; ++i)
        look({{0.3, 0.3, 0.3, 0.3}, {0.8, 0.4, 0.08, 0.08}});
    for (int i = 0; i < 4; ++i)
        look({{0.42, 0.42, 0.08, 0.08}});
    for (const FaceView &face : book.faces(now))
        EXPECT_LT(face.box.width, 0.2);
}

TEST_F(FaceBookTest, forgetsWhoIsGoneAlsoAfterTimeWentBack)
{
    now = 10000s;
    see({0.3});
    see({0.3});
    book.endAll(at(now));
    book.advance(at(1s));
    EXPECT_EQ(book.due(1s).size(), 1U) << "a photo that still waits";
    book.advance(at(1s + BookRules().visitTimeout));
    EXPECT_EQ(book.due(1s + BookRules().visitTimeout).size(), 1U);
    book.advance(at(2s + BookRules().visitTimeout));
    EXPECT_TRUE(book.due(2s + BookRules().visitTimeout).empty());
}

TEST_F(FaceBookTest, aFaceThatAlwaysOverlapsAnotherSaysThatItIsCrowded)
{
    for (int i = 0; i < 10; ++i)
        see({0.3, 0.45});
    ASSERT_EQ(book.faces(now).size(), 2U);
    for (const FaceView &face : book.faces(now))
        EXPECT_EQ(face.reason, Reason::Crowded);
    // And no longer, once a photo could be taken.
    for (int i = 0; i < 10; ++i)
        see({0.1, 0.7});
    for (const FaceView &face : book.faces(now))
        EXPECT_NE(face.reason, Reason::Crowded);
}

TEST_F(FaceBookTest, knowsWhereAllOthersAreAlsoThoseThatTheSampleMissed)
{
    see({0.1, 0.6});
    see({0.1, 0.6});
    std::map<double, TrackId> ids;
    for (const FaceView &face : book.faces(now))
        ids[std::round(face.box.x * 10)] = face.trackId;
    ASSERT_EQ(ids.size(), 2U);
    for (int i = 0; i < 8; ++i) {
        see({0.1});
        const auto others = book.othersThan(ids[1], now);
        ASSERT_EQ(others.size(), 1U) << i;
        EXPECT_NEAR(others.front().x, 0.6, 0.02);
    }
    EXPECT_EQ(book.othersThan(ids[6], now).size(), 1U);
    // Somebody who is not believed in yet is there all the same.
    see({0.1, 0.35});
    EXPECT_EQ(book.othersThan(ids[1], now).size(), 2U);
}

TEST_F(FaceBookTest, forgetsWhoIsInView)
{
    BookRules rules;
    rules.keepPhotos = true;
    book.setRules(rules);
    identifyHer();
    ASSERT_EQ(book.faces(now).at(0).status, Status::Identified);
    const auto events = book.forget({"HER", 0}, at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Updated);
    EXPECT_EQ(events[0].face.status, Status::Unavailable);
    EXPECT_EQ(events[0].face.reason, Reason::Forgotten);
    EXPECT_EQ(events[0].face.answer, nullptr);
    EXPECT_EQ(events[0].photo, nullptr);
    EXPECT_TRUE(book.forget({"her", 0}, at(now)).empty()) << "already";
    for (int i = 0; i < 20; ++i) {
        see({0.3});
        EXPECT_TRUE(send().empty());
    }
    EXPECT_EQ(book.faces(now).at(0).status, Status::Unavailable);
    const auto ends = book.endAll(at(now));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].face.answer, nullptr);
    EXPECT_EQ(ends[0].photo, nullptr);
}

TEST_F(FaceBookTest, forgetsAVisitOfWhichNothingWasKnownYet)
{
    who = {1};
    see({0.3});
    see({0.3});
    const TrackId id = send().begin()->first;
    const VisitNumber visit = book.faces(now).at(0).visit;
    const auto events = book.forget({"", visit}, at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].face.status, Status::Unavailable);
    EXPECT_TRUE(book.noteReply(id, match("her"), at(now)).empty());
    EXPECT_EQ(book.faces(now).at(0).answer, nullptr);
    EXPECT_EQ(book.faces(now).at(0).attempts, 1U);
    see({0.3});
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, anAnswerUnderWayNamesNobodyForgotten)
{
    who = {1};
    see({0.3});
    see({0.3});
    const TrackId id = send().begin()->first;
    EXPECT_TRUE(book.forget({"her", 0}, at(now)).empty()) << "nobody knows that it is her";
    const auto events = book.noteReply(id, match("her"), at(now));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Updated);
    EXPECT_EQ(events[0].face.reason, Reason::Forgotten);
    EXPECT_EQ(events[0].face.answer, nullptr);
    see({0.3});
    EXPECT_TRUE(send().empty());
}

TEST_F(FaceBookTest, aForgottenPersonWhoComesAgainSoonIsNobody)
{
    identifyHer();
    const VisitNumber visit = book.faces(now).at(0).visit;
    book.forget({"", visit}, at(now));
    // Away for longer than a track may be, and at another place.
    for (int i = 0; i < 50; ++i)
        see({});
    see({0.7});
    see({0.7});
    const auto sent = send();
    ASSERT_EQ(sent.size(), 1U);
    book.noteReply(sent.begin()->first, match("her"), at(now));
    ASSERT_EQ(book.faces(now).size(), 1U);
    EXPECT_EQ(book.faces(now)[0].reason, Reason::Forgotten);
    EXPECT_EQ(book.faces(now)[0].answer, nullptr);
    // And after ten minutes somebody to get to know.
    now += 10min;
    see({});
    see({0.3});
    see({0.3});
    const auto later = send();
    ASSERT_EQ(later.size(), 1U);
    book.noteReply(later.begin()->first, match("her"), at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Identified);
    EXPECT_NE(book.faces(now).at(0).visit, visit);
}

TEST_F(FaceBookTest, whoIsOnlyLikeAForgottenPersonStaysUnknown)
{
    who = {1};
    see({0.3});
    see({0.3});
    Reply like = match("her");
    like.answer.similarity = 0.5;
    book.noteReply(send().begin()->first, like, at(now));
    ASSERT_EQ(book.faces(now).at(0).status, Status::Unknown);
    book.forget({"her", 0}, at(now));
    EXPECT_EQ(book.faces(now).at(0).status, Status::Unknown);
    ASSERT_TRUE(book.faces(now).at(0).answer);
    EXPECT_FALSE(book.faces(now).at(0).answer->templateId);
}

TEST_F(FaceBookTest, forgettingOneLeavesTheOthers)
{
    who = {1, 2};
    see({0.1, 0.6});
    see({0.1, 0.6});
    for (const auto &[id, box] : send())
        book.noteReply(id, match(box.x < 0.5 ? "her" : "him"), at(now));
    EXPECT_EQ(book.forget({"her", 0}, at(now)).size(), 1U);
    int named = 0;
    for (const FaceView &face : book.faces(now))
        named += face.status == Status::Identified;
    EXPECT_EQ(named, 1);
}

TEST_F(FaceBookTest, theFrameOfThePhotoGoesWithItsAnswerOnly)
{
    BookRules rules;
    rules.keepPhotos = true;
    book.setRules(rules);
    who = {1};
    see({0.3});
    see({0.3});
    for (const ShotWish &wish : book.wishes()) {
        Shot shot;
        shot.quality.total = 1;
        shot.times = at(now);
        shot.frame = frame;
        shot.face = faceAt(0.3).box;
        shot.plan = planPhoto(shot.face, frame, 0.5, 800);
        shot.bytes = std::make_shared<std::vector<std::uint8_t>>(2);
        shot.frameBytes = std::make_shared<std::vector<std::uint8_t>>(5);
        book.offer(wish.trackId, shot);
    }
    const auto sent = send();
    ASSERT_EQ(sent.size(), 1U);
    const auto answered = book.noteReply(sent.begin()->first, match("her"), at(now));
    ASSERT_EQ(answered.size(), 1U);
    ASSERT_TRUE(answered[0].frame);
    EXPECT_EQ(answered[0].frame->size(), 5U);
    const auto ends = book.endAll(at(now));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_TRUE(ends[0].photo);
    EXPECT_FALSE(ends[0].frame);
}
