// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/vision/static_objects.cpp: work of OpenCV that goes on while the process ends. What
// a library registers for the end later than our handler is destroyed before it: while we use it.
#include "support/photos.h"
#include "vision/detector.h"
#include "vision/photo_encoder.h"
#include "vision/static_objects.h"

#include <gtest/gtest.h>
#include <opencv2/core/utility.hpp>

#include <atomic>
#include <dlfcn.h>
#include <mutex>
#include <set>
#include <string>

namespace
{

/** Libraries that registered something for the end of the process since `watching`. */
std::atomic<bool> watching{false};
std::mutex lateMutex;
std::set<std::string> late;

void note(const void *caller)
{
    Dl_info where{};
    if (!watching || !dladdr(caller, &where) || !where.dli_fname)
        return;
    const std::string library = where.dli_fname;
    const std::lock_guard lock(lateMutex);
    if (library.find(".so") != std::string::npos)
        late.insert(library);
}

std::set<std::string> lateOnes()
{
    const std::lock_guard lock(lateMutex);
    return late;
}

} // namespace

/** In front of the C library's, for the libraries too: what the compiler calls for each static. */
extern "C" int __cxa_atexit(void (*function)(void *), void *argument, void *library)
{
    using Register = int (*)(void (*)(void *), void *, void *);
    static const auto next = reinterpret_cast<Register>(dlsym(RTLD_NEXT, "__cxa_atexit"));
    note(__builtin_return_address(0));
    return next(function, argument, library);
}

namespace ooto::vision
{
namespace
{

/** As OpenCV does inside of what it computes; @return whether it was split. */
bool splitOneLoop()
{
    std::atomic<int> parts{0};
    cv::parallel_for_(cv::Range(0, 64), [&](const cv::Range &) { ++parts; });
    return parts > 1;
}

} // namespace

TEST(StaticObjects, areAllMadeBeforeAnExitHandlerIsRegistered)
{
    const cv::Mat hopper = photos::load(photos::hopperFile);
    ASSERT_FALSE(hopper.empty());
    makeStaticObjects();
    // What loading them registers is known to whoever loads them.
    const auto cascadeFile = findCascade();
    ASSERT_TRUE(cascadeFile) << "install opencv-data";
    const LoadedDetector cascade = loadCascade(*cascadeFile);
    ASSERT_TRUE(cascade.detector) << cascade.error;
    const auto model = findYunetModel("");
    const LoadedDetector yunet = model ? loadYunet(*model) : LoadedDetector{};

    watching = true;
    EXPECT_TRUE(splitOneLoop() || cv::getNumThreads() < 2);
    for (const PhotoFormat format : {PhotoFormat::Jpeg, PhotoFormat::Png})
        EXPECT_FALSE(encodePhoto(photos::view(hopper), format, 90).empty());
    EXPECT_FALSE(cascade.detector->detect(photos::view(hopper), 0.75).empty());
    if (model) {
        ASSERT_TRUE(yunet.detector) << yunet.error;
        EXPECT_FALSE(yunet.detector->detect(photos::view(hopper), 0.75).empty());
    }
    watching = false;
    EXPECT_EQ(lateOnes(), std::set<std::string>());
}

} // namespace ooto::vision
