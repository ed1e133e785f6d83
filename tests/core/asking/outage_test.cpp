// SPDX-License-Identifier: LGPL-2.1-or-later
// How soon a face in view is answered when an outage is over: Inquiry and Traffic together, as a
// stream runs them, by a clock of the test's.
#include "core/asking/inquiry.h"
#include "core/traffic/traffic.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

using std::chrono::milliseconds;

constexpr FrameShape frame{1000, 1000, 1, 1};
constexpr milliseconds perFrame = 40ms;
constexpr milliseconds roundTrip = 20ms;

struct Outage {
    milliseconds begins{0};
    milliseconds lasts{0};
    Outcome failure = Outcome::Unreachable;
    milliseconds failsAfter = roundTrip;

    bool holds(milliseconds now) const { return now >= begins && now < begins + lasts; }
};

/** People before one camera, who all wait for their first answer. */
class Room
{
public:
    Room(unsigned people, std::uint32_t seed, Outage outage)
        : people_(people), traffic_(seed), outage_(outage)
    {
        traffic_.join(1, 1, {4, 0, 0, {}}, clock());
    }

    /** @return when the last of them had his answer */
    milliseconds untilAllAreAnswered()
    {
        for (; now_ < 10min; now_ += 1ms) {
            takeReplies();
            if (now_ % perFrame == 0ms)
                showFrame();
            if (answered_ == people_.size())
                return now_;
        }
        ADD_FAILURE() << "not within ten minutes";
        return now_;
    }

    unsigned requests() const { return requests_; }

private:
    struct Person {
        Inquiry inquiry;
        std::optional<Traffic::Permitted> permitted;
        bool fails = false;
        milliseconds replyAt{0};
    };

    Traffic::Clock::time_point clock() const { return Traffic::Clock::time_point(1h) + now_; }
    FrameTimes times() const { return {now_, now_, now_, {}}; }

    void showFrame()
    {
        for (std::size_t i = 0; i < people_.size(); ++i) {
            Inquiry &inquiry = people_[i].inquiry;
            ShotQuality good;
            good.total = 0.9;
            if (inquiry.see({0.4, 0.4, 0.2, 0.2}, frame, now_, rules_) &&
                inquiry.judge(good, Reason::None, rules_)) {
                Shot shot;
                shot.times = times();
                shot.face = {0.4, 0.4, 0.2, 0.2};
                shot.frame = frame;
                shot.quality = good;
                shot.bytes = std::make_shared<std::vector<std::uint8_t>>(1, i);
                inquiry.offer(std::move(shot), now_);
            }
        }
        if (now_ >= heldBackUntil_)
            dispatch();
    }

    void dispatch()
    {
        for (Person &person : people_) {
            if (!person.inquiry.due(now_, false, rules_))
                continue;
            const auto answer = traffic_.admit(1, clock());
            if (!answer) {
                heldBackUntil_ = now_ + answer.error().tryAgainIn;
                return;
            }
            ASSERT_TRUE(person.inquiry.takePhoto(rules_));
            ++requests_;
            person.permitted = *answer;
            person.fails = outage_.holds(now_);
            person.replyAt = now_ + (person.fails ? outage_.failsAfter : roundTrip);
        }
    }

    void takeReplies()
    {
        for (Person &person : people_) {
            if (!person.permitted || now_ < person.replyAt)
                continue;
            Reply reply;
            reply.outcome = person.fails ? outage_.failure : Outcome::Answered;
            traffic_.record(*std::exchange(person.permitted, std::nullopt), reply, clock(), {});
            person.inquiry.noteReply(reply, times(), rules_);
            answered_ += !person.fails;
            for (const auto &news : traffic_.takeNews({})) {
                if (news.state.condition != ServiceCondition::Ok)
                    continue;
                heldBackUntil_ = 0ms;
                for (Person &waiting : people_)
                    waiting.inquiry.serviceIsBack();
            }
        }
        if (now_ >= heldBackUntil_)
            dispatch();
    }

    std::vector<Person> people_;
    AskingRules rules_;
    Traffic traffic_;
    Outage outage_;
    milliseconds now_{0};
    milliseconds heldBackUntil_{0};
    std::size_t answered_ = 0;
    unsigned requests_ = 0;
};

} // namespace

TEST(Outage, isOverForAWaitingFaceWithinTwiceItsLengthAndASecond)
{
    for (const milliseconds lasts :
         {100ms, 500ms, 1500ms, 2500ms, 4000ms, 7000ms, 13000ms, 29000ms, 60000ms, 200000ms}) {
        for (std::uint32_t seed = 0; seed < 100; ++seed) {
            Room room(1, seed, {0ms, lasts});
            EXPECT_LE(room.untilAllAreAnswered(), 2 * lasts + 1s) << lasts.count() << ' ' << seed;
        }
    }
}

TEST(Outage, isOverForAllWhoWait)
{
    for (const milliseconds lasts : {1500ms, 4000ms, 13000ms, 60000ms}) {
        for (std::uint32_t seed = 0; seed < 50; ++seed) {
            Room room(6, seed, {0ms, lasts, seed % 2 ? Outcome::ServerError : Outcome::Timeout});
            EXPECT_LE(room.untilAllAreAnswered(), 2 * lasts + 1s) << lasts.count() << ' ' << seed;
        }
    }
}

TEST(Outage, inWhichRequestsHangTakesTheTimeoutOfOneBesides)
{
    constexpr milliseconds timeout = 10s;
    for (const milliseconds lasts : {500ms, 4000ms, 13000ms, 60000ms}) {
        for (std::uint32_t seed = 0; seed < 50; ++seed) {
            Room room(3, seed, {0ms, lasts, Outcome::Timeout, timeout});
            EXPECT_LE(room.untilAllAreAnswered(), 2 * lasts + timeout + 1s)
                << lasts.count() << ' ' << seed;
        }
    }
}

TEST(Outage, costsFewRequests)
{
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        Room room(1, seed, {0ms, 60s});
        room.untilAllAreAnswered();
        EXPECT_LE(room.requests(), 15U) << seed;
    }
}

TEST(Outage, ofHalfAMinuteAndMoreIsOverWithinTheLongestPause)
{
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        Room room(1, seed, {0ms, 300s});
        EXPECT_LE(room.untilAllAreAnswered(), 300s + 30s + 1s) << seed;
    }
}
