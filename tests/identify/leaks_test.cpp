// SPDX-License-Identifier: LGPL-2.1-or-later
// Every GStreamer object has gone when gst_deinit() returns, as GStreamer's leaks tracer sees it:
// other test programs run once more, in a process of their own, with the tracer on.
#include "pipelines/run_program.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <sstream>

using namespace ooto::test;

namespace
{

/** What people have set in their shells is not to decide. */
const std::vector<Variable> traced = {{"GST_TRACERS", "leaks"},    {"GST_DEBUG", "GST_TRACER:7"},
                                      {"GST_DEBUG_NO_COLOR", "1"}, {"GST_DEBUG_FILE", ""},
                                      {"GTEST_OUTPUT", ""},        {"GTEST_FILTER", ""}};

std::vector<std::string> linesWith(const std::string &text, const std::vector<std::string> &words)
{
    std::vector<std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        for (const std::string &word : words) {
            if (line.find(word) != std::string::npos) {
                found.push_back(line);
                break;
            }
        }
    }
    return found;
}

std::vector<std::string> leaksIn(const ProgramResult &run)
{
    std::vector<std::string> leaks = linesWith(run.errors, {"object-alive, ", "object-refings, "});
    // The tracer also says how it is going to say it.
    std::erase_if(leaks, [](const std::string &line) {
        return line.find("new format string") != std::string::npos;
    });
    return leaks;
}

void expectNoLeaks(const std::string &program, const std::string &filter)
{
    const ProgramResult run = runProgram({program, "--gtest_filter=" + filter}, traced);
    EXPECT_EQ(run.exitCode, 0) << run.output << run.errors;
    EXPECT_EQ(linesWith(run.output, {"  PASSED  "}).size(), 1U) << run.output;
    EXPECT_EQ(linesWith(run.output, {"  PASSED  ] 0 "}).size(), 0U) << "nothing ran";
    EXPECT_EQ(leaksIn(run), std::vector<std::string>{});
    EXPECT_EQ(linesWith(run.errors, {"-WARNING **", "-CRITICAL **", "-ERROR **"}),
              std::vector<std::string>{});
}

} // namespace

// Not a test: what the first test looks for.
TEST(Leaks, DISABLED_onPurpose)
{
    [[maybe_unused]] GstBuffer *const forgotten = gst_buffer_new();
    gst_object_ref_sink(gst_element_factory_make("ootoidentify", "forgotten"));
}

// Without GStreamer's core tracers GST_TRACERS is passed over in silence.
TEST(Leaks, areSeen)
{
    const ProgramResult run = runProgram({"/proc/self/exe", "--gtest_also_run_disabled_tests",
                                          "--gtest_filter=Leaks.DISABLED_onPurpose"},
                                         traced);
    EXPECT_EQ(linesWith(run.errors, {"type-name=(string)GstBuffer"}).size(), 1U) << run.errors;
    EXPECT_EQ(linesWith(run.errors, {"type-name=(string)GstOotoIdentify"}).size(), 1U)
        << run.errors;
}

TEST(Leaks, noneOfStreamsThatStartStopFlushSeekAndEnd)
{
    expectNoLeaks(IDENTIFY_STREAM_TEST, "*");
}

TEST(Leaks, noneOfAnswers)
{
    expectNoLeaks(IDENTIFY_ANSWERS_TEST, "*");
}

TEST(Leaks, noneOfTheOverlay)
{
    expectNoLeaks(GSTOOTOOVERLAY_TEST, "*");
}

TEST(Leaks, noneOfThePublisher)
{
    expectNoLeaks(PUBLISH_ELEMENT_TEST, "*");
    expectNoLeaks(PUBLISH_PHOTOS_TEST, "*");
    expectNoLeaks(PUBLISH_STATES_TEST, "*");
}

TEST(Leaks, noneOfWrongConfiguration)
{
    // The others take the log for themselves.
    expectNoLeaks(IDENTIFY_CONFIGURATION_TEST, "*-*theKeyShowsNowhere*");
}
