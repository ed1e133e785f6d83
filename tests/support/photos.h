// SPDX-License-Identifier: LGPL-2.1-or-later
// The photographs that Debian packages ship, and what is known about them.
#pragma once

#include "core/base/box.h"
#include "core/base/image.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <string>

namespace ooto::photos
{

// Packages facedetect and python3-skimage.
inline const std::string hopperFile = "/usr/share/doc/facedetect/examples/grace_hopper_512x512.jpg";
inline const std::string iceFile =
    "/usr/share/doc/facedetect/examples/640px-IceBlockNearJoekullsarlon.jpg";
inline const std::string collinsFile = "/usr/lib/python3/dist-packages/skimage/data/astronaut.png";
inline const std::string coffeeFile = "/usr/lib/python3/dist-packages/skimage/data/coffee.png";

/** Looked up by eye: from brow to chin and from ear to ear, in pixels of the file. */
inline const core::Box hopperFace{180, 105, 172, 215};
inline const core::Box collinsFace{177, 65, 92, 112};

/** The picture as BGR; a failed assertion when the package is not installed. */
inline cv::Mat load(const std::string &file)
{
    cv::Mat picture = cv::imread(file, cv::IMREAD_COLOR);
    EXPECT_FALSE(picture.empty()) << file << " is missing: install facedetect, python3-skimage";
    return picture;
}

inline core::ImageView view(const cv::Mat &picture)
{
    return {picture.data, picture.cols, picture.rows, picture.step};
}

/** The picture made to `width` px, its sides in proportion. */
inline cv::Mat resized(const cv::Mat &picture, int width)
{
    cv::Mat smaller;
    const int height = std::max(1, picture.rows * width / std::max(1, picture.cols));
    cv::resize(picture, smaller, {width, height}, 0, 0, cv::INTER_AREA);
    return smaller;
}

} // namespace ooto::photos
