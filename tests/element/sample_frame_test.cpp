// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/element/sample_frame.cpp
#include "element/sample_frame.h"

#include "support/identify_support.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace ooto;

namespace
{

constexpr core::GridSize cells{16, 9};

/** Dark to the left, bright to the right, brighter to the bottom. */
std::vector<std::uint8_t> ramp(int width, int height)
{
    std::vector<std::uint8_t> bgr;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            bgr.insert(bgr.end(), 3, static_cast<std::uint8_t>(150 * x / width + 100 * y / height));
    }
    return bgr;
}

core::LumaGrid gridOf(const std::string &format, int width, int height)
{
    const GstVideoInfo info =
        test::infoOf("video/x-raw,format=" + format + ",width=" + std::to_string(width) +
                     ",height=" + std::to_string(height) + ",framerate=25/1,colorimetry=bt709");
    const element::BufferHandle buffer(test::frameFromBgr(info, ramp(width, height)));
    element::SampleFrame frame;
    EXPECT_TRUE(frame.copyFrom(buffer.get(), info)) << format;
    core::LumaGrid grid;
    EXPECT_TRUE(frame.lumaGrid(cells, grid)) << format;
    return grid;
}

} // namespace

TEST(SampleFrame, isAsBrightInEachFormat)
{
    for (const auto &[width, height] : {std::pair{640, 360}, std::pair{333, 251}}) {
        // Read from its unpacked pixels, as all formats can be.
        const core::LumaGrid wanted = gridOf("AYUV", width, height);
        ASSERT_EQ(wanted.luma.size(), 16u * 9u);
        EXPECT_LT(wanted.luma.front(), 40);
        EXPECT_GT(wanted.luma.back(), 200);
        for (const char *format :
             {"I420", "YV12", "NV12", "NV21", "Y42B", "Y444", "YUY2", "UYVY", "P010_10LE"}) {
            const core::LumaGrid grid = gridOf(format, width, height);
            ASSERT_TRUE(grid.fits(wanted)) << format;
            for (std::size_t i = 0; i < grid.luma.size(); ++i)
                EXPECT_NEAR(grid.luma[i], wanted.luma[i], 1) << format << ", cell " << i;
        }
    }
}

TEST(SampleFrame, isAsBrightAsTheVisiblePart)
{
    const GstVideoInfo info =
        test::infoOf("video/x-raw,format=I420,width=640,height=360,framerate=25/1");
    element::BufferHandle buffer(test::frameFromBgr(info, ramp(640, 360)));
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer.get());
    crop->x = 320;
    crop->y = 0;
    crop->width = 320;
    crop->height = 360;
    GstVideoInfo half = test::infoOf("video/x-raw,format=I420,width=320,height=360,framerate=25/1");
    gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 640,
                              360);
    element::SampleFrame frame;
    ASSERT_TRUE(frame.copyFrom(buffer.get(), half));
    core::LumaGrid grid;
    ASSERT_TRUE(frame.lumaGrid(cells, grid));
    const core::LumaGrid whole = gridOf("I420", 640, 360);
    // The first column is what the middle one of the whole picture is.
    EXPECT_NEAR(grid.luma[0], whole.luma[8], 5);
}
