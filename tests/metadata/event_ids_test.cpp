// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/metadata/event_ids.cpp
#include "metadata/event_ids.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

using namespace ooto::metadata;

namespace
{

constexpr std::string_view characters = "0123456789abcdefghjkmnpqrstvwxyz";

/** What `runId()` is in a child that forks now. */
std::string runOfAChild()
{
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const std::string run = runId();
        const ssize_t written = write(ends[1], run.data(), run.size());
        _exit(written == static_cast<ssize_t>(run.size()) ? 0 : 1);
    }
    close(ends[1]);
    char text[64];
    const ssize_t length = read(ends[0], text, sizeof text);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(0, length))};
}

/** s since 1970 that the first characters of a run stand for. */
double beginOf(const std::string &run)
{
    std::uint64_t ticks = 0;
    for (const char c : run.substr(0, 8))
        ticks = ticks * 32 + characters.find(c);
    return static_cast<double>(ticks) / 256;
}

} // namespace

TEST(EventIds, aRunSaysWhenItBeganAndIsTheSameUntilTheEnd)
{
    const std::string run = runId();
    ASSERT_EQ(run.size(), 21U);
    EXPECT_EQ(run.find_first_not_of(characters), std::string::npos) << run;
    EXPECT_EQ(runId(), run);
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    EXPECT_LE(beginOf(run), now.count());
    EXPECT_GT(beginOf(run), now.count() - 600);
}

TEST(EventIds, everyProcessThatForksIsARunOfItsOwnAndALaterOne)
{
    const std::string parent = runId();
    const std::string one = runOfAChild();
    const std::string other = runOfAChild();
    ASSERT_EQ(one.size(), parent.size());
    EXPECT_NE(one.substr(8), parent.substr(8));
    EXPECT_NE(one.substr(8), other.substr(8)) << "clones differ by more than their time";
    EXPECT_LE(parent.substr(0, 8), one.substr(0, 8));
    EXPECT_EQ(runId(), parent);
}

TEST(EventIds, sortAsTheyWereGiven)
{
    EXPECT_EQ(eventId(7), runId() + "-000000000007");
    std::uint64_t last = nextEventNumber();
    for (const std::uint64_t number : {9ULL, 10ULL, 99'999ULL, 100'000ULL, 999'999'999'999ULL})
        EXPECT_LT(eventId(number - 1), eventId(number));
    for (int i = 0; i < 20; ++i) {
        const std::uint64_t next = nextEventNumber();
        EXPECT_EQ(next, last + 1);
        last = next;
    }
}

TEST(EventIds, aVisitHasItsCameraAsItIsWritten)
{
    EXPECT_EQ(visitId("door, left", 12), "door, left-" + runId() + "-12");
}

TEST(EventIds, aCameraGoesOnCountingAndHasItsOwnCount)
{
    ++*eventSequenceOf("counted");
    const EventSequence again = eventSequenceOf("counted");
    EXPECT_EQ(++*again, 2U);
    EXPECT_EQ(eventSequenceOf("counted"), again);
    EXPECT_NE(eventSequenceOf("another"), again);
}

TEST(EventIds, ofCamerasThatAreGoneTheLastOnesAreRememberedAndNoNumberComesTwice)
{
    const EventSequence used = eventSequenceOf("used all the time");
    *used = 3;
    *eventSequenceOf("long gone") = 41;
    for (int i = 0; i < 1100; ++i)
        eventSequenceOf("passer-by " + std::to_string(i));
    EXPECT_EQ(eventSequenceOf("used all the time"), used);
    const EventSequence back = eventSequenceOf("long gone");
    EXPECT_EQ(back.use_count(), 2) << "the map's and ours";
    EXPECT_EQ(++*back, 42U) << "forgotten, but not its numbers";
    EXPECT_EQ(++*eventSequenceOf("never seen"), 42U) << "proves that one was forgotten";
}

TEST(VisitIds, leadBackToTheVisitWhateverTheCameraIsCalled)
{
    for (const char *camera : {"door", "back-door-7", "", "-"})
        EXPECT_EQ(visitNumberOf(visitId(camera, 42)), 42U) << camera;
    const std::string run = runId();
    for (const std::string &text :
         {std::string(), std::string("42"), std::string("door-42"), "door-" + run + "-",
          "door-" + run + "-4x", "door-" + run + "--4", "door-" + run,
          "door-" + run + "-99999999999999999999"})
        EXPECT_EQ(visitNumberOf(text), 0U) << text;
}
