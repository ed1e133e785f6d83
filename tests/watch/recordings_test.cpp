// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/recordings.h"
#include "element/handles.h"
#include "support/scratch_directory.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

namespace ooto::watch
{

namespace
{

namespace fs = std::filesystem;
using test::ScratchDirectory;

/** Plays some pictures into `location`, and then ends. */
void record(const std::string &location)
{
    system::ErrorHandle error;
    const system::ObjectHandle<GstElement> pipeline(
        gst_parse_launch(("videotestsrc num-buffers=3 ! video/x-raw,width=32,height=32 ! jpegenc ! "
                          "splitmuxsink muxer=matroskamux location=" +
                          location)
                             .c_str(),
                         system::ErrorOut(error)));
    ASSERT_FALSE(error) << error->message;
    nameRecordings(GST_BIN(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline.get()));
    GstMessage *end = gst_bus_timed_pop_filtered(
        bus.get(), 20 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);
    if (end)
        gst_message_unref(end);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

std::vector<std::string> namesIn(const std::string &folder)
{
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

TEST(Recordings, areNamedByTheTimeInAFolderOfTheirOwn)
{
    const ScratchDirectory scratch;
    record(scratch / "door/%Y/%Y%m%d-%H%M%S.mkv");
    const auto years = namesIn(scratch / "door");
    ASSERT_EQ(years.size(), 1u);
    const auto names = namesIn(scratch / "door/" + years[0]);
    ASSERT_EQ(names.size(), 1u);
    EXPECT_TRUE(std::regex_match(names[0], std::regex(years[0] + R"(\d{4}-\d{6}\.mkv)")))
        << names[0];
    EXPECT_EQ(fs::status(scratch / "door").permissions(), fs::perms::owner_all);
}

TEST(Recordings, ofAPipelineThatIsBuiltAgainAreNotWrittenOver)
{
    const ScratchDirectory scratch;
    for (int build = 0; build < 3; ++build)
        record(scratch / "%Y.mkv");
    const auto names = namesIn(scratch.path());
    ASSERT_EQ(names.size(), 3u);
    for (const std::string &name : names)
        EXPECT_GT(fs::file_size(scratch / name), 0u) << name;
}

TEST(Recordings, withoutADateAreCounted)
{
    const ScratchDirectory scratch;
    record(scratch / "part%03d.mkv");
    EXPECT_EQ(namesIn(scratch.path()), std::vector<std::string>{"part000.mkv"});
}

} // namespace

} // namespace ooto::watch
