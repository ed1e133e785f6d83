// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/steady_time.cpp
#include "core/sampling/steady_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using ooto::core::SteadyTime;
using ooto::core::StreamTime;

namespace
{

using Frames = std::vector<SteadyTime::Frame>;
using Edit = std::function<void(Frames &)>;

constexpr StreamTime frame40 = 40ms;

/** Twelve seconds of 25 frames a second. @param arrivalPace ms of arrival for each frame */
Frames camera(StreamTime arrivalPace)
{
    Frames frames;
    for (int i = 0; i <= 300; ++i)
        frames.push_back(
            {.stamp = 5s + i * frame40, .interval = frame40, .arrival = 1h + i * arrivalPace});
    return frames;
}

/** Each 30th frame, and as many after it, is this far off. */
Edit strays(StreamTime off, std::size_t inARow = 1)
{
    return [=](Frames &frames) {
        for (std::size_t i = 29; i < frames.size(); i += 30)
            for (std::size_t j = i; j < std::min(frames.size(), i + inARow); ++j)
                *frames[j].stamp += off;
    };
}

/** From the 150th frame on stamps and arrival are this much later. */
Edit later(StreamTime stamps, StreamTime arrival)
{
    return [=](Frames &frames) {
        for (std::size_t i = 150; i < frames.size(); ++i) {
            *frames[i].stamp += stamps;
            frames[i].arrival += arrival;
        }
    };
}

/** Groups of so many frames have the stamp of the first. */
Edit oneStampFor(std::size_t count)
{
    return [=](Frames &frames) {
        for (std::size_t i = 0; i < frames.size(); ++i)
            frames[i].stamp = frames[i - i % count].stamp;
    };
}

Edit interval(std::optional<StreamTime> value)
{
    return [=](Frames &frames) {
        for (auto &frame : frames)
            frame.interval = value;
    };
}

Edit both(const Edit &first, const Edit &second)
{
    return [=](Frames &frames) {
        first(frames);
        second(frames);
    };
}

void noStamps(Frames &frames)
{
    for (auto &frame : frames)
        frame.stamp.reset();
}

/** Frames whose distances repeat, in stamps; without a frame rate. */
Frames uneven(const std::vector<StreamTime> &steps, int count, double arrivalShare)
{
    Frames frames;
    StreamTime stamp = 0s;
    for (int i = 0; i <= count; ++i) {
        frames.push_back({.stamp = stamp,
                          .interval = {},
                          .arrival = StreamTime(static_cast<StreamTime::rep>(
                              arrivalShare * static_cast<double>(stamp.count())))});
        stamp += steps[static_cast<std::size_t>(i) % steps.size()];
    }
    return frames;
}

struct Seen {
    StreamTime length{0};
    StreamTime longestStep{0};
    int jumps = 0;
    int undecided = 0;
    int standsStill = 0;
    bool wentBack = false;
};

Seen seenOf(SteadyTime &steady, const Frames &frames)
{
    Seen seen;
    std::optional<StreamTime> first;
    StreamTime before{0};
    for (const SteadyTime::Frame &frame : frames) {
        const SteadyTime::Time time = steady.noteFrame(frame);
        if (!first)
            first = before = time.now;
        seen.wentBack |= time.now < before;
        seen.longestStep = std::max(seen.longestStep, time.now - before);
        seen.jumps += time.jumped;
        seen.undecided += time.undecided;
        seen.standsStill += time.standsStill;
        before = time.now;
    }
    seen.length = before - *first;
    return seen;
}

struct Case {
    std::string name;
    Frames frames;
    StreamTime length; ///< from the first frame to the last
    StreamTime longestStep;
    int jumps = 0;
    int standsStill = 0;
    int undecided = 0;
    StreamTime off = 100ms; ///< allowed in the length
};

std::ostream &operator<<(std::ostream &out, const Case &c)
{
    return out << c.name;
}

Frames edited(Frames frames, const Edit &edit)
{
    edit(frames);
    return frames;
}

std::vector<Case> cases()
{
    const Frames live = camera(40ms);
    const Frames file = camera(4ms); // ten times as fast
    const Edit stands = oneStampFor(1000);
    return {
        {"saneLive", live, 12s, 40ms, 0, 0, 0, 0ms},
        {"saneFile", file, 12s, 40ms, 0, 0, 0, 0ms},
        {"fileSlowerThanLife", camera(200ms), 12s, 40ms, 0, 0, 0, 0ms},
        {"strayAhead", edited(live, strays(2s)), 12s, 80ms},
        {"strayBack", edited(live, strays(-2s)), 12s, 80ms},
        {"strayHourAhead", edited(live, strays(1h)), 12s, 80ms},
        {"strayHourBack", edited(live, strays(-1h)), 12s, 80ms},
        {"twoStraysInARow", edited(live, strays(3s, 2)), 12s, 120ms},
        {"strayAheadInAFile", edited(file, strays(2s)), 12s, 80ms, 0, 0, 10},
        {"strayBackInAFile", edited(file, strays(-2s)), 12s, 80ms, 0, 0, 10},
        {"smallReordering", edited(live, strays(-60ms)), 12s, 80ms},
        {"smallStepBackThatStays", edited(live, later(-500ms, 0s)), 12s, 80ms},
        {"jumpAheadThatStays", edited(live, later(1h, 0s)), 12s, 80ms, 1},
        {"jumpBackThatStays", edited(live, later(-5s, 0s)), 12s, 80ms, 1},
        {"restartAfterFiveSeconds", edited(live, later(-8s, 5s)), 17s, 5100ms, 1},
        {"strayAndJump", edited(live, both(strays(2s), later(1h, 0s))), 12s, 80ms, 1},
        {"stallOfThreeSeconds", edited(live, later(3s, 3s)), 15s, 3040ms, 0, 0, 0, 0ms},
        {"stallThatArrivesALittleEarly", edited(live, later(3s, 2200ms)), 15s, 3040ms},
        {"pauseOfAnHour", edited(live, later(0s, 1h)), 12s, 40ms, 0, 0, 0, 0ms},
        {"strayAfterAPause", edited(live, both(later(0s, 5s), strays(2s))), 12s, 80ms},
        // Ahead by less than has passed in arrival it looks like a stall, which then was none.
        {"strayRightAfterAPause",
         edited(live, both(later(0s, 5s), [](Frames &frames) { *frames[150].stamp += 2s; })), 14s,
         2100ms, 1},
        {"holeInAFile", edited(file, later(3s, 0s)), 12s, 80ms, 1, 0, 2},
        {"firstStampIsAnHourAhead", edited(live, [](Frames &frames) { *frames[0].stamp += 1h; }),
         12s, 80ms, 1},
        {"standsStill", edited(live, stands), 12s, 40ms, 0, 1},
        {"standsStillInAFile", edited(file, stands), 12s, 40ms, 0, 1},
        {"standsStillWithoutARate", edited(live, both(stands, interval({}))), 12s, 40ms, 0, 1},
        {"standsStillAndStrays", edited(live, both(stands, strays(2s))), 12s, 80ms, 0, 1},
        {"standsStillAndJumps", edited(live, both(stands, later(1h, 0s))), 12s, 80ms, 1, 1},
        {"oneStampForTen", edited(live, oneStampFor(10)), 12s, 40ms, 0, 1},
        {"oneStampForFifty", edited(live, oneStampFor(50)), 12s, 40ms, 0, 1},
        {"oneStampForTenWithoutARate", edited(live, both(oneStampFor(10), interval({}))), 12s, 40ms,
         0, 1},
        {"oneStampForTenAtAWrongRate", edited(live, both(oneStampFor(10), interval(80ms))), 24s,
         80ms, 0, 1},
        {"eachFrameTwice", edited(live, oneStampFor(2)), 12s, 40ms},
        {"noStamps", edited(file, noStamps), 12s, 40ms, 0, 0, 0, 0ms},
        {"noStampsAndNoRate", edited(live, both(noStamps, interval({}))), 12s, 40ms, 0, 0, 0, 0ms},
        {"wrongRate", edited(live, interval(1s)), 12s, 40ms, 0, 0, 0, 0ms},
        {"onePerHalfMinute", uneven({30s}, 40, 1), 20min, 30s, 0, 0, 0, 0ms},
        {"onePerHalfMinuteInAFile", uneven({30s}, 40, 0.001), 20min, 30s, 0, 0, 0, 0ms},
        {"slowAndUneven", uneven({20s, 35s, 10s, 60s, 25s, 5s}, 60, 1), 1550s, 60s, 0, 0, 0, 0ms},
        {"slowAndUnevenInAFile", uneven({20s, 35s, 10s, 60s, 25s, 5s}, 60, 0.001), 1550s, 60s, 0, 0,
         0, 0ms},
        {"variableRate", uneven({17ms, 100ms, 33ms, 400ms, 20ms, 40ms}, 600, 1), 61s, 400ms, 0, 0,
         0, 0ms},
    };
}

class Sequences : public testing::TestWithParam<Case>
{
};

} // namespace

TEST_P(Sequences, makeATimeLineThatGoesOn)
{
    const Case &c = GetParam();
    SteadyTime steady;
    const Seen seen = seenOf(steady, c.frames);
    EXPECT_FALSE(seen.wentBack);
    EXPECT_LE(std::chrono::abs(seen.length - c.length), c.off) << seen.length.count();
    EXPECT_LE(seen.longestStep, c.longestStep) << seen.longestStep.count();
    EXPECT_EQ(seen.jumps, c.jumps);
    EXPECT_EQ(seen.standsStill, c.standsStill);
    EXPECT_EQ(seen.undecided, c.undecided);
}

INSTANTIATE_TEST_SUITE_P(SteadyTime, Sequences, testing::ValuesIn(cases()),
                         [](const auto &info) { return info.param.name; });

TEST(SteadyTime, isTheStreamsOwnWhereThatIsSane)
{
    SteadyTime steady;
    for (const SteadyTime::Frame &frame : camera(40ms))
        EXPECT_EQ(steady.noteFrame(frame).now, *frame.stamp);
}

TEST(SteadyTime, aStreamThatBecomesSlowIsNoJumpWhereItArrivesSlowly)
{
    for (const bool arrivesSlowly : {true, false}) {
        SteadyTime steady;
        Frames frames = camera(40ms);
        for (int i = 1; i <= 20; ++i) {
            frames.push_back(frames.back());
            *frames.back().stamp += 5s;
            frames.back().arrival += arrivesSlowly ? 5s : 10ms;
        }
        const Seen seen = seenOf(steady, frames);
        EXPECT_EQ(seen.jumps, arrivesSlowly ? 0 : 1);
        // Of a file three pictures pass until it is believed.
        EXPECT_GE(seen.length, arrivesSlowly ? 112s : 12s + 17 * 5s);
    }
}

TEST(SteadyTime, goesOnAfterAFlushWhereverTheNewStampsBegin)
{
    for (const StreamTime begin : {0s, 5s, 17s, 1000s}) {
        SteadyTime steady;
        const Frames before = camera(40ms);
        seenOf(steady, before);
        const StreamTime last = steady.noteFrame(before.back()).now;
        steady.startAnew();
        Frames after = camera(40ms);
        for (SteadyTime::Frame &frame : after) {
            *frame.stamp += begin - 5s;
            frame.arrival += 12s + 1s;
        }
        const SteadyTime::Time first = steady.noteFrame(after.front());
        EXPECT_FALSE(first.jumped);
        EXPECT_GE(first.now, last);
        EXPECT_LE(first.now, last + 1100ms);
        after.erase(after.begin());
        const Seen seen = seenOf(steady, after);
        EXPECT_EQ(seen.jumps, 0);
        EXPECT_FALSE(seen.wentBack);
        EXPECT_EQ(seen.longestStep, 40ms);
    }
}

TEST(SteadyTime, aJumpThatASegmentAnnouncesIsToldAtOnce)
{
    SteadyTime steady;
    Frames frames = camera(40ms);
    const Seen seen = seenOf(steady, frames);
    steady.expectJump();
    SteadyTime::Frame next = frames.back();
    *next.stamp -= 12s;
    next.arrival += 40ms;
    const SteadyTime::Time time = steady.noteFrame(next);
    EXPECT_TRUE(time.jumped);
    EXPECT_EQ(time.now, 5s + seen.length + 40ms);
    *next.stamp += 40ms;
    EXPECT_FALSE(steady.noteFrame(next).jumped);
    // The segment of a stream that goes on as it did.
    steady.expectJump();
    *next.stamp += 40ms;
    EXPECT_FALSE(steady.noteFrame(next).jumped);
}

TEST(SteadyTime, gapsPassTheTimeThatTheySay)
{
    SteadyTime steady;
    Frames frames = camera(4ms);
    seenOf(steady, frames);
    EXPECT_EQ(steady.noteGap(27040ms, 47040ms, frames.back().arrival).now, 47040ms);
    SteadyTime::Frame next = frames.back();
    next.stamp = 47040ms;
    for (int i = 0; i < 10; ++i) {
        const SteadyTime::Time time = steady.noteFrame(next);
        EXPECT_EQ(time.now, *next.stamp);
        EXPECT_FALSE(time.jumped || time.standsStill || time.undecided);
        *next.stamp += 40ms;
    }
}

TEST(SteadyTime, theFirstSegmentExplainsNoJump)
{
    SteadyTime steady;
    steady.expectJump();
    Frames frames = edited(camera(4ms), oneStampFor(1000));
    for (std::size_t i = 1; i < frames.size(); ++i)
        frames[i].arrival += 700ms; // the first frame takes a while
    const Seen seen = seenOf(steady, frames);
    EXPECT_EQ(seen.jumps, 0);
    EXPECT_EQ(seen.length, 12s) << "by the frame rate";
}

TEST(SteadyTime, aStreamMayBeginWithAGap)
{
    SteadyTime steady;
    EXPECT_EQ(steady.noteGap(0s, 5s, 1h).now, 5s);
    EXPECT_EQ(steady.noteFrame(camera(4ms).front()).now, 5s);
}

TEST(SteadyTime, aGapThatLiesBehindOnlyTakesItsLength)
{
    SteadyTime steady;
    Frames frames = camera(4ms);
    seenOf(steady, frames);
    EXPECT_EQ(steady.noteGap(1s, 3s, frames.back().arrival).now, 19s);
    SteadyTime::Frame next = frames.back();
    *next.stamp += 40ms;
    EXPECT_EQ(steady.noteFrame(next).now, 19s + 40ms);
}

TEST(SteadyTime, afterTimeWentBackForGoodItPassesAsBefore)
{
    SteadyTime steady;
    Frames frames = edited(camera(40ms), later(-5s, 0s));
    const Seen seen = seenOf(steady, frames);
    SteadyTime::Frame next = frames.back();
    const StreamTime last = 5s + seen.length;
    *next.stamp += 10s; // nobody came for so long
    next.arrival += 10s;
    EXPECT_GE(steady.noteFrame(next).now, last + 9900ms);
}
