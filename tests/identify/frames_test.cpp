// SPDX-License-Identifier: LGPL-2.1-or-later
// Every kind of frame becomes a right photo: formats, sizes, colours, pixel shapes, fields, crops.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

/** Four quarters of strong colours: orange, green, blue, light grey (as BGR). */
const cv::Scalar quarters[] = {{30, 120, 230}, {60, 180, 40}, {200, 60, 30}, {210, 210, 210}};

cv::Mat testPicture(int width, int height)
{
    cv::Mat picture(height, width, CV_8UC3);
    const int x = width / 2;
    const int y = height / 2;
    picture(cv::Rect(0, 0, x, y)) = quarters[0];
    picture(cv::Rect(x, 0, width - x, y)) = quarters[1];
    picture(cv::Rect(0, y, x, height - y)) = quarters[2];
    picture(cv::Rect(x, y, width - x, height - y)) = quarters[3];
    return picture;
}

GstBuffer *frameOf(const GstVideoInfo &info, const cv::Mat &picture)
{
    return frameFromBgr(info, {picture.datastart, picture.dataend});
}

/** The mean colour of the middle of a quarter. */
cv::Scalar middleOf(const cv::Mat &picture, int quarter)
{
    const int w = picture.cols / 2;
    const int h = picture.rows / 2;
    const cv::Rect all((quarter % 2) * w, (quarter / 2) * h, w, h);
    const cv::Rect inner(all.x + all.width / 4, all.y + all.height / 4, std::max(1, all.width / 2),
                         std::max(1, all.height / 2));
    return cv::mean(picture(inner & cv::Rect(0, 0, picture.cols, picture.rows)));
}

/** What two conversions by GStreamer in 8 bits may be off: it does not round. A wrong matrix or
 * range would make a difference of 10 to 20. */
constexpr double conversionError = 7;

/** By BT.601, which small frames have unless the caps say otherwise. */
double luma(const cv::Scalar &bgr)
{
    return 0.114 * bgr[0] + 0.587 * bgr[1] + 0.299 * bgr[2];
}

/** Sends whole frames, and gives back the photos that arrive. */
class Frames : public testing::Test
{
protected:
    /** Pushes the frame (taking it) until its photo came. @return the photo; empty without one */
    cv::Mat photoOf(const std::string &caps, const std::function<GstBuffer *(Identify &)> &make,
                    const std::string &properties = "")
    {
        Identify identify(service.properties() + " detector=none photo-format=png " + properties,
                          caps);
        const std::size_t before = service->requests().size();
        GstBuffer *frame = make(identify);
        GstBuffer *out = identify.push(gst_buffer_ref(frame));
        EXPECT_NE(out, nullptr) << caps;
        if (out)
            gst_buffer_unref(out);
        gst_buffer_unref(frame);
        if (!service->waitForRequests(before + 1, 10s))
            return {};
        const auto request = service->requests().back();
        EXPECT_EQ(server::violationsOf(request), std::vector<std::string>{}) << caps;
        const server::Part *part = request.part("photo");
        return part ? cv::imdecode(part->bytes, cv::IMREAD_COLOR) : cv::Mat();
    }

    void expectTestPicture(const cv::Mat &photo, double tolerance, bool grey,
                           const std::string &what)
    {
        ASSERT_FALSE(photo.empty()) << what;
        for (int quarter = 0; quarter < 4; ++quarter) {
            const cv::Scalar seen = middleOf(photo, quarter);
            if (grey) {
                EXPECT_NEAR(luma(seen), luma(quarters[quarter]), 6) << what << " " << quarter;
                EXPECT_NEAR(seen[0], seen[2], 2) << what;
                continue;
            }
            for (int channel = 0; channel < 3; ++channel)
                EXPECT_NEAR(seen[channel], quarters[quarter][channel], tolerance)
                    << what << " quarter " << quarter << " channel " << channel;
        }
    }

    void SetUp() override
    {
        service->setScript([](const server::ReceivedRequest &) {
            server::Reply reply;
            reply.body = R"({"result":{"search":{"templateId":"frame","similarity":0.9}}})";
            return reply;
        });
    }

    Service service;
};

std::vector<GstVideoFormat> allFormats()
{
    std::vector<GstVideoFormat> formats;
    guint count = 0;
    const GstVideoFormat *raw = gst_video_formats_raw(&count);
    formats.assign(raw, raw + count);
    return formats;
}

bool isGrey(GstVideoFormat format)
{
    return GST_VIDEO_FORMAT_INFO_IS_GRAY(gst_video_format_get_info(format));
}

double toleranceOf(GstVideoFormat format)
{
    switch (format) {
    case GST_VIDEO_FORMAT_RGB15:
    case GST_VIDEO_FORMAT_BGR15:
    case GST_VIDEO_FORMAT_RGB16:
    case GST_VIDEO_FORMAT_BGR16:
        return 10;
    case GST_VIDEO_FORMAT_RGB8P: // 6 x 6 x 6 colours
        return 45;
    default:
        return conversionError;
    }
}

} // namespace

TEST_F(Frames, everyRawFormatHasItsColours)
{
    int tried = 0;
    for (const GstVideoFormat format : allFormats()) {
        const std::string name = gst_video_format_to_string(format);
        const std::string caps =
            "video/x-raw,format=" + name + ",width=128,height=96,framerate=25/1";
        const cv::Mat photo = photoOf(caps, [](Identify &identify) {
            return frameOf(identify.info(), testPicture(128, 96));
        });
        expectTestPicture(photo, toleranceOf(format), isGrey(format), name);
        ++tried;
    }
    EXPECT_GT(tried, 80);
}

TEST_F(Frames, coloursAreRightForEachColorimetryAndRange)
{
    for (const char *colorimetry :
         {"bt601", "bt709", "smpte240m", "bt2020", "1:4:5:1", "1:3:5:1", "2:3:5:1", "2:4:16:4"}) {
        for (const char *format : {"I420", "NV12", "Y444", "P010_10LE", "UYVY"}) {
            const std::string caps = std::string("video/x-raw,format=") + format +
                                     ",width=128,height=96,framerate=25/1,colorimetry=(string)" +
                                     colorimetry;
            // Same primaries and transfer on both sides here: only matrix and range are judged.
            const cv::Mat photo = photoOf(caps, [](Identify &identify) {
                return frameOf(identify.info(), testPicture(128, 96));
            });
            expectTestPicture(photo, conversionError, false,
                              std::string(format) + " " + colorimetry);
        }
    }
}

TEST_F(Frames, photosAreAlikeInSizeForEverySize)
{
    const std::pair<int, int> sizes[] = {{16, 16},   {17, 19},   {33, 31},    {241, 135},
                                         {641, 361}, {720, 577}, {1921, 1081}};
    for (const auto &[width, height] : sizes) {
        for (const char *format : {"I420", "NV12", "YUY2", "BGRx", "v210", "Y41B", "I420_10LE"}) {
            const std::string caps = std::string("video/x-raw,format=") + format +
                                     ",width=" + std::to_string(width) +
                                     ",height=" + std::to_string(height) + ",framerate=25/1";
            const cv::Mat photo = photoOf(
                caps,
                [w = width, h = height](Identify &identify) {
                    return frameOf(identify.info(), testPicture(w, h));
                },
                "max-photo-size=4000");
            expectTestPicture(photo, width < 40 ? 25 : conversionError, false, caps);
            EXPECT_EQ(photo.cols, width) << caps;
            EXPECT_EQ(photo.rows, height) << caps;
        }
    }
}

TEST_F(Frames, theLargestFramesAreScaledToThePhotosSize)
{
    // Not every line of these is copied; of the first format a half, of the second a quarter.
    for (const std::string format : {"I420", "I420,interlace-mode=interleaved"}) {
        const cv::Mat photo = photoOf(
            "video/x-raw,width=7680,height=4320,framerate=25/1,format=" + format,
            [](Identify &identify) { return frameOf(identify.info(), testPicture(7680, 4320)); });
        expectTestPicture(photo, conversionError, false, "8K " + format);
        EXPECT_EQ(photo.cols, 800);
        EXPECT_EQ(photo.rows, 450);
    }
}

TEST_F(Frames, pixelsThatAreNotSquareAreSquared)
{
    const cv::Mat wide =
        photoOf("video/x-raw,format=I420,width=360,height=288,framerate=25/1,"
                "pixel-aspect-ratio=16/11",
                [](Identify &identify) { return frameOf(identify.info(), testPicture(360, 288)); });
    EXPECT_NEAR(wide.cols, 360 * 16.0 / 11, 1);
    EXPECT_EQ(wide.rows, 288);
    const cv::Mat tall =
        photoOf("video/x-raw,format=I420,width=352,height=240,framerate=25/1,"
                "pixel-aspect-ratio=10/11",
                [](Identify &identify) { return frameOf(identify.info(), testPicture(352, 240)); });
    EXPECT_EQ(tall.cols, 352);
    EXPECT_NEAR(tall.rows, 240 * 1.1, 1);
    expectTestPicture(tall, conversionError, false, "tall pixels");
}

TEST_F(Frames, ofAnInterlacedFrameOneFieldIsTaken)
{
    for (const char *format : {"I420", "YUY2", "UYVY"}) {
        const std::string caps = std::string("video/x-raw,format=") + format +
                                 ",width=128,height=96,framerate=25/1,interlace-mode=interleaved,"
                                 "field-order=top-field-first";
        const cv::Mat photo = photoOf(caps, [](Identify &identify) {
            // The other field is a moment later: everything is pink.
            GstVideoInfo info = identify.info();
            GstBuffer *top = frameOf(info, testPicture(128, 96));
            GstBuffer *bottom = frameOf(info, cv::Mat(96, 128, CV_8UC3, cv::Scalar(200, 0, 255)));
            GstVideoFrame to;
            GstVideoFrame from;
            gst_video_frame_map(&to, &info, top, GST_MAP_READWRITE);
            gst_video_frame_map(&from, &info, bottom, GST_MAP_READ);
            for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&to); ++plane) {
                const int rows = GST_VIDEO_FRAME_COMP_HEIGHT(&to, plane);
                const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&to, plane);
                for (int row = 1; row < rows; row += 2)
                    memcpy(static_cast<guint8 *>(GST_VIDEO_FRAME_PLANE_DATA(&to, plane)) +
                               row * stride,
                           static_cast<guint8 *>(GST_VIDEO_FRAME_PLANE_DATA(&from, plane)) +
                               row * stride,
                           static_cast<std::size_t>(stride));
            }
            gst_video_frame_unmap(&to);
            gst_video_frame_unmap(&from);
            gst_buffer_unref(bottom);
            return top;
        });
        expectTestPicture(photo, 8, false, caps);
        EXPECT_EQ(photo.cols, 128);
        EXPECT_EQ(photo.rows, 96);
    }
}

TEST_F(Frames, aCropMetaDecidesWhatIsSeen)
{
    // 200 x 160 in memory, of which 128 x 96 at (40, 32) are the picture that the caps tell of.
    const std::string caps = "video/x-raw,format=I420,width=128,height=96,framerate=25/1";
    const cv::Mat photo = photoOf(caps, [](Identify &) {
        GstVideoInfo full = infoOf("video/x-raw,format=I420,width=200,height=160,framerate=25/1");
        cv::Mat picture(160, 200, CV_8UC3, cv::Scalar(255, 0, 255));
        testPicture(128, 96).copyTo(picture(cv::Rect(40, 32, 128, 96)));
        GstBuffer *frame = frameOf(full, picture);
        gst_buffer_add_video_meta_full(frame, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 200,
                                       160, 3, full.offset, full.stride);
        GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(frame);
        crop->x = 40;
        crop->y = 32;
        crop->width = 128;
        crop->height = 96;
        return frame;
    });
    ASSERT_EQ(photo.cols, 128);
    ASSERT_EQ(photo.rows, 96);
    expectTestPicture(photo, conversionError, false, "crop");
}

TEST_F(Frames, paddedRowsAreSkipped)
{
    const std::string caps = "video/x-raw,format=BGR,width=101,height=77,framerate=25/1";
    const cv::Mat photo = photoOf(caps, [](Identify &) {
        const cv::Mat picture = testPicture(101, 77);
        gint stride[4] = {512, 0, 0, 0};
        gsize offset[4] = {64, 0, 0, 0};
        GstBuffer *frame = gst_buffer_new_allocate(nullptr, 64 + 512 * 77, nullptr);
        gst_buffer_memset(frame, 0, 0xff, 64 + 512 * 77);
        for (int row = 0; row < 77; ++row)
            gst_buffer_fill(frame, 64 + 512UL * static_cast<unsigned>(row), picture.ptr(row), 303);
        gst_buffer_add_video_meta_full(frame, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_BGR, 101,
                                       77, 1, offset, stride);
        return frame;
    });
    expectTestPicture(photo, 2, false, "padded");
}

TEST_F(Frames, capsMayChangeInMidStream)
{
    Identify identify(service.properties() + " detector=none photo-format=png hold-time=0",
                      "video/x-raw,format=I420,width=320,height=240,framerate=25/1");
    const char *const others[] = {"video/x-raw,format=NV12,width=1280,height=720,framerate=30/1",
                                  "video/x-raw,format=GRAY8,width=17,height=16,framerate=0/1",
                                  "video/x-raw,format=v210,width=719,height=575,framerate=25/1",
                                  "video/x-raw,format=I420,width=320,height=240,framerate=25/1"};
    for (const char *caps : others) {
        identify.setCaps(caps);
        const cv::Mat picture = testPicture(identify.info().width, identify.info().height);
        for (int i = 0; i < 12; ++i) {
            GstBuffer *out = identify.push(frameOf(identify.info(), picture));
            ASSERT_NE(out, nullptr) << caps;
            ASSERT_TRUE(hasFacesMeta(out));
            gst_buffer_unref(out);
            std::this_thread::sleep_for(5ms);
        }
    }
    EXPECT_EQ(identify.stat("frames"), 48U);
    EXPECT_EQ(service->violations(), std::vector<std::string>{});
}

// G_DEBUG=fatal-criticals is set for all tests.
TEST(IdentifySegments, aStreamThatIsCountedInBytesIsTimedByItsFrames)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade");
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    ASSERT_TRUE(gst_harness_push_event(identify.harness(), gst_event_new_segment(&segment)));
    GstBuffer *scene = makeScene(identify.info(), {{photos::hopperFile, 100, 40, 400}});
    EXPECT_TRUE(identify.pushUntil(
        scene, [](GstBuffer *buffer) { return hasStatus(buffer, "identified"); }));
    EXPECT_TRUE(gst_harness_push_event(identify.harness(), gst_event_new_gap(0, GST_SECOND)));
    gst_buffer_unref(scene);
}
