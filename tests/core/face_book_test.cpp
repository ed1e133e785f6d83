// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/face_book.cpp
#include "core/face_book.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

constexpr FrameShape frame{1000, 1000, 1, 1};

FrameTimes at(StreamTime time)
{
    return {time, time, time, {}};
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
    /** One sample with faces of a fifth of the frame at these left edges; 200 ms later each time.
     */
    FaceBook::Events see(std::vector<double> lefts)
    {
        std::vector<Observation> seen;
        for (const double left : lefts)
            seen.push_back({{left, 0.4, 0.2, 0.2}, 0.9, std::nullopt});
        now += 200ms;
        return book.observe(at(now), frame, seen);
    }

    void send(const PhotoWish &wish)
    {
        ASSERT_TRUE(book.sent(wish.trackId,
                              {at(now), wish.face, planPhoto(wish.face, frame, 0.5, 800), frame},
                              photo, false));
    }

    FaceBook book;
    StreamTime now{0};
    PhotoBytes photo = std::make_shared<std::vector<std::uint8_t>>(3, 7);
};

} // namespace

TEST_F(FaceBookTest, tellsOfANewFaceOnceAndAsksForIt)
{
    EXPECT_TRUE(see({0.3}).empty());
    const auto events = see({0.3});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::New);
    EXPECT_EQ(events[0].face.status, Status::Pending);
    EXPECT_NEAR(events[0].face.box.x, 0.3, 1e-9);
    ASSERT_EQ(book.wishes().size(), 1U);
    EXPECT_EQ(book.wishes()[0].trackId, events[0].face.trackId);
    EXPECT_TRUE(see({0.3}).empty());
}

TEST_F(FaceBookTest, showsPendingFacesAndKeepsTheAnswerOnTheFace)
{
    see({0.1, 0.6});
    see({0.1, 0.6});
    ASSERT_EQ(book.faces(now).size(), 2U);
    const auto wishes = book.wishes();
    ASSERT_EQ(wishes.size(), 2U);
    for (const PhotoWish &wish : wishes) {
        send(wish);
        book.replied(wish.trackId, match(wish.face.x < 0.5 ? "left" : "right"), at(now));
    }
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
    ASSERT_EQ(book.wishes().size(), 2U);
    EXPECT_NEAR(book.wishes()[0].face.x, 0.6, 1e-9);
}

TEST_F(FaceBookTest, reportsTheEndOnceWithWhatWasKnown)
{
    see({0.3});
    see({0.3});
    const PhotoWish wish = book.wishes().at(0);
    send(wish);
    book.replied(wish.trackId, match("her"), at(now));
    const auto events = book.advance(at(now + 10s));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::End);
    EXPECT_EQ(events[0].face.status, Status::Identified);
    EXPECT_EQ(*events[0].face.answer->templateId, "her");
    EXPECT_TRUE(book.advance(at(now + 20s)).empty());
    EXPECT_TRUE(book.endAll(at(now + 20s)).empty());
}

TEST_F(FaceBookTest, reportsAnAnswerThatComesAfterTheEndAsLate)
{
    see({0.3});
    see({0.3});
    const PhotoWish wish = book.wishes().at(0);
    send(wish);
    EXPECT_EQ(book.endAll(at(now)).size(), 1U);
    const auto events = book.replied(wish.trackId, match("her"), at(now + 1s));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, FaceEventType::Answered);
    EXPECT_TRUE(events[0].late);
    EXPECT_EQ(*events[0].face.answer->templateId, "her");
    EXPECT_TRUE(book.replied(wish.trackId, match("her"), at(now + 2s)).empty());
}

TEST_F(FaceBookTest, refusesToSendForATrackThatEnded)
{
    see({0.3});
    see({0.3});
    const PhotoWish wish = book.wishes().at(0);
    book.endAll(at(now));
    EXPECT_FALSE(book.sent(wish.trackId,
                           {at(now), wish.face, planPhoto(wish.face, frame, 0.5, 800), frame},
                           photo, false));
}

TEST_F(FaceBookTest, saysWhyAFaceIsNotAskedAbout)
{
    see({0.3});
    see({0.3});
    book.putOff(book.wishes().at(0).trackId, Reason::Service);
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
        const PhotoWish wish = book.wishes().at(0);
        send(wish);
        const auto answered = book.replied(wish.trackId, match("her"), at(now));
        EXPECT_EQ(answered.at(0).photo != nullptr, keep);
        EXPECT_EQ(book.endAll(at(now)).at(0).photo != nullptr, keep);
    }
}

TEST_F(FaceBookTest, ignoresRepliesToTracksItDoesNotKnow)
{
    EXPECT_TRUE(book.replied(4711, match("nobody"), at(now)).empty());
    book.putOff(4711, Reason::Busy);
}
