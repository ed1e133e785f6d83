// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/sample_choice.h"

#include <gtest/gtest.h>

#include <chrono>

using namespace ooto::identify;
using namespace std::chrono_literals;
using Choice = SampleChoice::Choice;

namespace
{

class Samples : public testing::Test
{
protected:
    Samples() { choice.setInterval(200ms); }

    Choice at(std::chrono::milliseconds time, SampleChoice::Frame frame = {})
    {
        frame.time = time;
        return choice.choose(frame);
    }

    SampleChoice choice;
};

} // namespace

TEST_F(Samples, comeAtTheIntervalOfRunningTime)
{
    int samples = 0;
    for (int i = 0; i < 50; ++i)
        samples += at(i * 40ms) == Choice::Sample;
    EXPECT_EQ(samples, 10);
}

TEST_F(Samples, thatFindTheAnalysisBusyAreSkippedAndNotMadeUpFor)
{
    EXPECT_EQ(at(0ms, {.analysisIdle = false}), Choice::Skipped);
    EXPECT_EQ(at(40ms), Choice::Pass);
    EXPECT_EQ(at(200ms), Choice::Sample);
}

TEST_F(Samples, areMadeUpForWhereCamerasTakeTurns)
{
    const SampleChoice::Frame busy{.analysisIdle = false, .crowded = true};
    EXPECT_EQ(at(0ms, busy), Choice::Pass) << "it is late, not lost";
    EXPECT_EQ(at(160ms, busy), Choice::Pass);
    EXPECT_EQ(at(200ms, busy), Choice::Skipped) << "the next one is due";
    EXPECT_EQ(at(240ms, busy), Choice::Pass);
    EXPECT_EQ(at(280ms), Choice::Sample);
    EXPECT_EQ(at(320ms), Choice::Pass) << "once";
    EXPECT_EQ(at(400ms), Choice::Sample);
}

TEST_F(Samples, thatAreUrgentWaitForTheAnalysisInsteadOfBeingSkipped)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    choice.hurry();
    EXPECT_EQ(at(100ms, {.analysisIdle = false}), Choice::Pass);
    EXPECT_TRUE(choice.isUrgent());
    EXPECT_EQ(at(140ms), Choice::Sample);
    EXPECT_FALSE(choice.isUrgent());
}

TEST_F(Samples, thatAreUrgentKeepADistanceUnlessTheyMayCrowd)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    choice.hurry();
    EXPECT_EQ(at(40ms), Choice::Pass);
    EXPECT_EQ(at(40ms, {.mayCrowd = true}), Choice::Sample);
}

TEST_F(Samples, areNoBrokenFramesWhileOthersCome)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    EXPECT_EQ(at(200ms, {.whole = false}), Choice::Pass);
    EXPECT_EQ(at(240ms), Choice::Sample);
    EXPECT_EQ(at(440ms, {.whole = false}), Choice::Pass);
    EXPECT_EQ(at(1239ms, {.whole = false}), Choice::Pass);
    EXPECT_EQ(at(1240ms, {.whole = false}), Choice::Sample) << "nothing else came for a second";
}

TEST_F(Samples, areNoneWhileTheElementIsNotActive)
{
    EXPECT_EQ(at(0ms, {.active = false}), Choice::Pass);
    EXPECT_EQ(at(40ms), Choice::Sample);
    EXPECT_EQ(at(240ms, {.whole = false}), Choice::Pass);
    EXPECT_EQ(at(280ms, {.active = false}), Choice::Pass);
    EXPECT_EQ(at(1100ms, {.whole = false}), Choice::Pass) << "that one was whole, all the same";
}

TEST_F(Samples, areFramesOnWhichOthersFoundFacesUnlessNoneComesForAnInterval)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    EXPECT_EQ(at(200ms, {.lacksFaces = true}), Choice::Pass);
    EXPECT_EQ(at(240ms), Choice::Sample);
    EXPECT_EQ(at(440ms, {.lacksFaces = true}), Choice::Pass);
    EXPECT_EQ(at(640ms, {.lacksFaces = true}), Choice::Sample);
}

TEST_F(Samples, followAJumpAtOnceAndOneTellsOfIt)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    choice.noteJump();
    EXPECT_EQ(at(40ms), Choice::Sample);
    EXPECT_TRUE(choice.claimJump());
    EXPECT_FALSE(choice.claimJump());
}

TEST_F(Samples, thatCameToNothingGiveTheJumpToTheNextAndNoSooner)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    choice.noteJump();
    EXPECT_EQ(at(40ms), Choice::Sample);
    EXPECT_TRUE(choice.claimJump());
    choice.returnJump();
    EXPECT_EQ(at(80ms), Choice::Pass);
    EXPECT_EQ(at(240ms), Choice::Sample);
    EXPECT_TRUE(choice.claimJump());
}

TEST_F(Samples, beginAnewWhereTracksEnded)
{
    EXPECT_EQ(at(0ms), Choice::Sample);
    choice.noteJump();
    choice.beginAnew();
    EXPECT_FALSE(choice.claimJump());
    EXPECT_EQ(at(40ms), Choice::Sample);
}
