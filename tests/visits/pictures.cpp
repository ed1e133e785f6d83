// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/pictures.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace ooto::visits
{

namespace
{

class ScenePictures : public Pictures
{
public:
    ScenePictures(const BenchScene &bench, std::unique_ptr<scene::Scene> scene)
        : bench_(bench), scene_(std::move(scene))
    {
    }

    bool next(cv::Mat &frame, double &timeS) override
    {
        do
            timeS = double(index_++) / bench_.framesPerSecond;
        while (isSilent(timeS));
        if (timeS >= bench_.script.durationS)
            return false;
        scene_->render(timeS, frame);
        return true;
    }
    cv::Size sizePx() const override { return bench_.framePx; }
    double framesPerSecond() const override { return bench_.framesPerSecond; }
    double shutterS() const override { return bench_.script.shutterS; }
    TruthKeeper::Script script() const override
    {
        return [this](double timeS) { return scene_->truth(timeS); };
    }

private:
    bool isSilent(double timeS) const
    {
        return std::any_of(bench_.silent.begin(), bench_.silent.end(),
                           [timeS](const scene::Span &span) {
                               return timeS >= span.fromS && timeS < span.untilS;
                           });
    }

    BenchScene bench_;
    std::unique_ptr<scene::Scene> scene_;
    int index_ = 0;
};

class ClipPictures : public Pictures
{
public:
    ClipPictures(GstElement *pipeline, GstElement *sink) : pipeline_(pipeline), sink_(sink) {}
    ~ClipPictures() override
    {
        gst_element_set_state(pipeline_, GST_STATE_NULL);
        gst_object_unref(sink_);
        gst_object_unref(pipeline_);
    }

    /** Waits for the first picture, which says what the video is like. */
    bool open()
    {
        constexpr GstClockTime longest = 20 * GST_SECOND;
        if (gst_element_set_state(pipeline_, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
            return false;
        GstSample *sample = gst_app_sink_try_pull_preroll(GST_APP_SINK(sink_), longest);
        const bool known = sample && gst_video_info_from_caps(&info_, gst_sample_get_caps(sample));
        if (sample)
            gst_sample_unref(sample);
        return known;
    }

    bool next(cv::Mat &frame, double &timeS) override
    {
        GstSample *sample = gst_app_sink_pull_sample(GST_APP_SINK(sink_));
        if (!sample)
            return false;
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstVideoFrame mapped;
        const bool read = gst_video_frame_map(&mapped, &info_, buffer, GST_MAP_READ);
        if (read) {
            cv::Mat(info_.height, info_.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&mapped, 0),
                    static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 0)))
                .copyTo(frame);
            gst_video_frame_unmap(&mapped);
        }
        timeS = double(gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                  GST_BUFFER_PTS(buffer))) /
                GST_SECOND;
        gst_sample_unref(sample);
        return read;
    }
    cv::Size sizePx() const override { return {info_.width, info_.height}; }
    double framesPerSecond() const override
    {
        return info_.fps_n > 0 ? double(info_.fps_n) / info_.fps_d : 25;
    }

private:
    GstElement *pipeline_;
    GstElement *sink_;
    GstVideoInfo info_{};
};

} // namespace

std::unique_ptr<Pictures> openScene(const BenchScene &bench, std::string &error)
{
    scene::LoadedScene loaded = scene::Scene::load(bench.script, bench.framePx);
    error = loaded.error;
    if (!loaded.scene)
        return nullptr;
    return std::make_unique<ScenePictures>(bench, std::move(loaded.scene));
}

std::unique_ptr<Pictures> openClip(const std::string &file, std::string &error)
{
    GstElement *pipeline =
        gst_parse_launch("filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=BGR ! "
                         "appsink name=sink sync=false max-buffers=4",
                         nullptr);
    if (!pipeline) {
        error = "decodebin, videoconvert or appsink is missing: install the base plugins";
        return nullptr;
    }
    GstElement *source = gst_bin_get_by_name(GST_BIN(pipeline), "file");
    g_object_set(source, "location", file.c_str(), nullptr);
    gst_object_unref(source);
    auto clip =
        std::make_unique<ClipPictures>(pipeline, gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
    if (clip->open())
        return clip;
    error = file + " cannot be played: is it a video, and is there a decoder for it?";
    return nullptr;
}

void Sheet::add(const cv::Mat &frame, const FrameTruth &truth, const std::vector<ShownFace> &shown)
{
    if (truth.timeS < nextS_)
        return;
    nextS_ += everyS_;
    cv::Mat picture = frame.clone();
    const auto draw = [&](const core::Box &box, const cv::Scalar &colour, const std::string &text) {
        cv::rectangle(picture, cv::Rect2d(box.x, box.y, box.width, box.height), colour,
                      std::max(1, frame.cols / 480));
        cv::putText(picture, text, cv::Point(int(box.x), int(box.y) - 4), cv::FONT_HERSHEY_SIMPLEX,
                    frame.cols / 1400.0, colour, std::max(1, frame.cols / 900));
    };
    for (const TrueFace &face : truth.faces) {
        if (!face.foundBox.empty())
            draw(face.foundBox, face.usable ? cv::Scalar(0, 220, 0) : cv::Scalar(0, 200, 220), "");
    }
    for (const ShownFace &face : shown)
        draw(face.box, {0, 0, 255}, std::to_string(face.track) + " " + face.name);
    cv::resize(picture, picture, {480, 480 * frame.rows / frame.cols}, 0, 0, cv::INTER_AREA);
    char time[16];
    std::snprintf(time, sizeof time, "%.1f", truth.timeS);
    cv::putText(picture, time, {6, 18}, cv::FONT_HERSHEY_SIMPLEX, 0.55, {0, 255, 255}, 1);
    pictures_.push_back(picture);
}

bool Sheet::save(const std::string &file) const
{
    constexpr std::size_t kColumns = 4;
    std::vector<cv::Mat> rows;
    for (std::size_t i = 0; i < pictures_.size(); i += kColumns) {
        std::vector<cv::Mat> row(pictures_.begin() + static_cast<std::ptrdiff_t>(i),
                                 pictures_.begin() + static_cast<std::ptrdiff_t>(
                                                         std::min(i + kColumns, pictures_.size())));
        while (row.size() < kColumns)
            row.emplace_back(pictures_.front().size(), CV_8UC3, cv::Scalar::all(0));
        rows.emplace_back();
        cv::hconcat(row, rows.back());
    }
    cv::Mat sheet;
    if (!rows.empty())
        cv::vconcat(rows, sheet);
    return !sheet.empty() && cv::imwrite(file, sheet);
}

} // namespace ooto::visits
