// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/static_objects.h"

#include <opencv2/core/utility.hpp>

#include <atomic>
#include <chrono>
#include <thread>

namespace ooto::vision
{
namespace
{

/**
 * Runs one loop that OpenCV really splits. It does not split one that runs while another does, in
 * any thread of the process: hence it is tried again, for a second at most.
 */
void splitOneLoop()
{
    const cv::Range whole(0, 64);
    std::atomic<bool> split{cv::getNumThreads() < 2};
    for (int attempt = 0; !split && attempt < 100; ++attempt) {
        cv::parallel_for_(whole, [&](const cv::Range &part) {
            if (part.size() < whole.size())
                split = true;
        });
        if (!split)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

} // namespace

void makeStaticObjects()
{
    splitOneLoop();
}

} // namespace ooto::vision
