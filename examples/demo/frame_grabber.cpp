// SPDX-License-Identifier: LGPL-2.1-or-later
// Seeks in a paused pipeline and takes the frame that it stops at.
#include "frame_grabber.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

namespace ooto::demo
{

namespace
{

constexpr GstClockTime kSeekLimit = 10 * GST_SECOND;

PipelineHandle makePipeline(const std::string &file, std::string &error)
{
    PipelineHandle pipeline(
        parsePipeline("filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=BGR"
                      " ! appsink name=sink sync=false max-buffers=1",
                      error));
    if (!pipeline)
        return pipeline;
    g_object_set(pipeline.element("file").get(), "location", file.c_str(), nullptr);
    gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
    if (gst_element_get_state(pipeline.get(), nullptr, nullptr, kSeekLimit) !=
        GST_STATE_CHANGE_SUCCESS)
        error = "cannot read the pictures of " + file;
    return pipeline;
}

} // namespace

FrameGrabber::FrameGrabber(const std::string &file, std::string &error)
    : pipeline_(makePipeline(file, error))
{
    if (pipeline_)
        sink_ = pipeline_.element("sink");
}

std::optional<cv::Mat> FrameGrabber::at(double timeS)
{
    const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE);
    if (!sink_ || !gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, flags,
                                           static_cast<gint64>(timeS * GST_SECOND)))
        return std::nullopt;
    const Handle<GstSample, gst_sample_unref> sample(
        gst_app_sink_try_pull_preroll(GST_APP_SINK(sink_.get()), kSeekLimit));
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!sample || !gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get())) ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample.get()), GST_MAP_READ))
        return std::nullopt;
    const cv::Mat picture =
        cv::Mat(info.height, info.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)))
            .clone();
    gst_video_frame_unmap(&frame);
    return picture;
}

} // namespace ooto::demo
