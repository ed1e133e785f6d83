// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps OpenCV on the calling thread.
#pragma once

#include <opencv2/core/utility.hpp>

namespace ooto::vision
{

/**
 * Calls `work` so that what OpenCV would split over all cores stays on this thread: one stream's
 * detection then leaves the other cores to the video, and as many streams as there are cores are
 * looked at side by side. (OpenCV does not split what runs inside of one of its parallel loops,
 * here one of a single step; cv::setNumThreads() would reach the whole process for good.)
 */
template<typename Work>
auto serially(Work work)
{
    decltype(work()) result;
    cv::parallel_for_(cv::Range(0, 1), [&](const cv::Range &) { result = work(); });
    return result;
}

} // namespace ooto::vision
