// SPDX-License-Identifier: LGPL-2.1-or-later
// The RTSP line delivers video from a camera that sends sound too, at every start.
#include "rtsp_camera.h"
#include "run_program.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

namespace ooto::test
{

namespace
{

TEST(RtspLine, deliversVideoInTwentyStartsInARow)
{
    gst_init(nullptr, nullptr);
    const RtspCamera camera;
    auto environment = harmlessEnvironment();
    environment.push_back({"OOTO_SINK", "fakesink"});
    environment.push_back({"OOTO_TEST_FRAMES", "5"});
    for (int start = 0; start < 20; ++start) {
        const std::string uri = start % 2 ? camera.soundFirstUri() : camera.videoFirstUri();
        const ProgramResult result = runProgram({SOURCE_ROOT "/pipelines/rtsp", uri}, environment);
        ASSERT_EQ(result.exitCode, 0) << "start " << start << ": " << result.errors;
    }
}

} // namespace

} // namespace ooto::test
