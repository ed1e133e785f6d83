// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps OpenCV on the calling thread.
#pragma once

#include <opencv2/core/utility.hpp>

namespace ooto::vision
{

/**
 * Calls `work` so that what OpenCV would split over all cores stays on this thread, and leaves the
 * other cores to the video. OpenCV does not split what runs inside of one of its parallel loops,
 * here one of a single step; cv::setNumThreads() would reach the whole process for good.
 *
 * Where several threads do so at once, OpenCV forgets that the others are inside as soon as one is
 * done, and may split the rest of their work after all: that costs time, never correctness.
 */
template<typename Work>
auto serially(Work work)
{
    decltype(work()) result;
    cv::parallel_for_(cv::Range(0, 1), [&](const cv::Range &) { result = work(); });
    return result;
}

} // namespace ooto::vision
