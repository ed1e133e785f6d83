// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/static_objects.h"
#include "core/base/image.h"
#include "vision/photo_encoder.h"
#include "vision/serially.h"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <initializer_list>
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

void encodePhotos()
{
    core::Image image;
    image.resize(16, 16);
    std::fill_n(image.data(), image.stride() * 16, 128);
    for (const PhotoFormat format : {PhotoFormat::Jpeg, PhotoFormat::Png})
        serially([&] { return encodePhoto(image.view(), format, 90); });
}

} // namespace

void makeStaticObjects()
{
    encodePhotos();
    splitOneLoop();
}

} // namespace ooto::vision
