// SPDX-License-Identifier: LGPL-2.1-or-later
// What detectors on OpenCV have in common; for the .cpp files of this floor only.
#pragma once

#include "vision/detector.h"
#include "vision/mat_view.h"
#include "vision/serially.h"

#include <exception>
#include <string>
#include <vector>

namespace ooto::vision
{

/** Keeps OpenCV's exceptions and threads inside. */
class OpenCvDetector : public Detector
{
public:
    std::vector<Detection> detect(const core::ImageView &image, double threshold) final
    {
        lastError_.clear();
        const cv::Mat mat = asMat(image);
        if (mat.empty())
            return {};
        try {
            return serially([&] { return run(mat, threshold); });
        } catch (const std::exception &error) {
            lastError_ = error.what();
            return {};
        }
    }

    const std::string &lastError() const final { return lastError_; }

protected:
    /** @param image not empty @return as detect(); throws what OpenCV throws */
    virtual std::vector<Detection> run(const cv::Mat &image, double threshold) = 0;

private:
    std::string lastError_;
};

} // namespace ooto::vision
