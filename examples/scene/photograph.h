// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads photographs quietly.
#pragma once

#include <opencv2/core/mat.hpp>

#include <string>

namespace ooto::scene
{

/** CV_8UC3, BGR; empty when there is no such picture. */
cv::Mat readPhotograph(const std::string &file);

} // namespace ooto::scene
