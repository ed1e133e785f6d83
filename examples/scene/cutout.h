// SPDX-License-Identifier: LGPL-2.1-or-later
// A person cut out of a photograph with a soft edge, ready to be put into a frame at any size.
#pragma once

#include "script.h"

#include <opencv2/core/mat.hpp>

#include <vector>

namespace ooto::scene
{

class Cutout
{
public:
    /** @return false, and nothing is changed, when the portrait's file cannot be read */
    bool load(const Portrait &portrait);

    const cv::Rect2d &facePx() const { return facePx_; } ///< photo pixels

    /**
     * Lays the person over `frame` (CV_8UC3, BGR), or over a matte (CV_8UC1, which then gets the
     * cover, 0..255), with the face's centre at `centrePx` and `scale` frame pixels to a photo's.
     *
     * @param turned 0 faces the camera, 1 shows the back of the head
     */
    void drawOver(cv::Mat &frame, cv::Point2d centrePx, double scale, double turned = 0) const;

private:
    struct Level {
        cv::Mat colours;  ///< CV_8UC3, already multiplied by the matte
        cv::Mat matte;    ///< CV_8UC1
        double scale = 1; ///< pixels to a photo's
    };

    void paintHair(cv::Mat &colours, double scale, double turned) const;

    std::vector<Level> levels_; ///< each half the size of the one before, against aliasing
    cv::Rect2d facePx_;
};

} // namespace ooto::scene
