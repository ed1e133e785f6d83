// SPDX-License-Identifier: LGPL-2.1-or-later
// The place that a scene plays in: a hall with windows, and a desk in front of everybody.
#pragma once

#include <opencv2/core/mat.hpp>

#include <string>

namespace ooto::scene
{

struct Backdrop {
    cv::Mat hall;      ///< CV_8UC3, BGR, whole frame
    cv::Mat desk;      ///< CV_8UC3, BGR, the frame's lowest rows
    int deskTopPx = 0; ///< first row of the desk
};

/** @param windowPhoto what the windows look out on; without it they show an evening sky */
Backdrop paintBackdrop(cv::Size frame, const std::string &windowPhoto);

/** A photograph over the whole frame, a little out of focus, and no desk; empty without its file.
 */
Backdrop paintWall(cv::Size frame, const std::string &photo);

} // namespace ooto::scene
