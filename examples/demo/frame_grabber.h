// SPDX-License-Identifier: LGPL-2.1-or-later
// Single pictures out of a video file.
#pragma once

#include "pipeline.h"

#include <opencv2/core/mat.hpp>

#include <optional>
#include <string>

namespace ooto::demo
{

class FrameGrabber
{
public:
    /** @param error gets a text for people when the file cannot be played */
    FrameGrabber(const std::string &file, std::string &error);

    /** The frame that is shown at `timeS` from the start; CV_8UC3, BGR. Nothing past the end. */
    std::optional<cv::Mat> at(double timeS);

private:
    PipelineHandle pipeline_;
    GstHandle<GstElement> sink_;
};

} // namespace ooto::demo
