// SPDX-License-Identifier: LGPL-2.1-or-later
// A core::ImageView as OpenCV takes it; for the .cpp files of this floor only.
#pragma once

#include "core/base/image.h"

#include <opencv2/core/mat.hpp>

namespace ooto::vision
{

/** Borrows the view's pixels, which are read only; empty when the view is. */
inline cv::Mat asMat(const core::ImageView &image)
{
    if (!image.data || image.width <= 0 || image.height <= 0)
        return {};
    // cv::Mat knows no const pixels; the caller must not write to them.
    return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t *>(image.data),
            image.stride};
}

} // namespace ooto::vision
