// SPDX-License-Identifier: LGPL-2.1-or-later
// OpenCV's Haar cascade for frontal faces: the fallback that needs no model file of its own.
#include "vision/detector.h"
#include "vision/opencv_detector.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include <algorithm>
#include <filesystem>

namespace ooto::vision
{
namespace
{

constexpr double scaleFactor = 1.2;
constexpr int minNeighbours = 3;

/**
 * The least window, and the shorter side of a face that it finds. Measured on 70 frontal faces of
 * a 480x270 clip and on two portraits at 40 places, scaled to each size; time at 640x360:
 *
 *     window  recall of faces of 24 px, 28 px, 30 px, 32 px      time
 *     20 px   60-69 %  85-98 %  100 %      100 %                 20 ms
 *     28 px   33-63 %  80-98 %  98-100 %   100 %                 15 ms
 *     32 px   5-31 %   50-90 %  95-100 %   100 %                 13 ms
 *     40 px   0 %      45-88 %  80-100 %   95-100 %              12 ms
 *
 * The windows made no difference to the false positives: 2 in 91 frames, none in 19 pictures
 * without a face. Of turned heads (112 in a second clip) it finds 4 %, whatever the window.
 */
constexpr int windowPx = 28;
/**
 * Less than what is found reliably: frames are scaled so that a face of two thirds of
 * `min-face-size` has this side, which makes one of `min-face-size` itself 30 px. Sure of the
 * smaller ones, too, a 1080p frame would take 2.3 times as long.
 */
constexpr double scaledToPx = 20;

constexpr const char *wanted =
    "; install OpenCV's data files (Debian: opencv-data), or set the property `model` to a YuNet "
    "model";

class CascadeDetector final : public OpenCvDetector
{
public:
    explicit CascadeDetector(const cv::CascadeClassifier &cascade) : cascade_(cascade) {}

    double smallestFacePx() const override { return scaledToPx; }
    // Up to 0.3 s for 800 by 450 px full of detail.
    std::chrono::seconds stillInterval() const override { return std::chrono::seconds(60); }
    const char *name() const override { return "cascade"; }

private:
    std::vector<Detection> run(const cv::Mat &image, double) override
    {
        // No equalizeHist: it doubles the false positives, each of which may cost a paid call.
        cv::cvtColor(image, grey_, cv::COLOR_BGR2GRAY);
        std::vector<cv::Rect> boxes;
        cascade_.detectMultiScale(grey_, boxes, scaleFactor, minNeighbours, 0,
                                  {windowPx, windowPx});
        // There is no score to go by; the largest face is the nearest.
        std::stable_sort(boxes.begin(), boxes.end(),
                         [](const cv::Rect &a, const cv::Rect &b) { return a.area() > b.area(); });
        std::vector<Detection> faces;
        for (const cv::Rect &box : boxes)
            faces.push_back({{static_cast<double>(box.x), static_cast<double>(box.y),
                              static_cast<double>(box.width), static_cast<double>(box.height)},
                             1.0,
                             std::nullopt});
        return faces;
    }

    cv::CascadeClassifier cascade_;
    cv::Mat grey_; ///< kept from frame to frame, for its memory only
};

} // namespace

LoadedDetector loadCascade(const std::string &cascadeFile)
{
    const std::string file = "face cascade \"" + cascadeFile + "\"";
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(cascadeFile, unreadable))
        return {nullptr, file + " is not there, or no regular file" + wanted};
    try {
        cv::CascadeClassifier cascade;
        if (!cascade.load(cascadeFile) || cascade.empty())
            return {nullptr, file + " is no cascade that OpenCV can use" + wanted};
        return {std::make_unique<CascadeDetector>(std::move(cascade)), {}};
    } catch (const std::exception &error) {
        return {nullptr,
                file + " is no cascade that OpenCV can use" + wanted + " (" + error.what() + ")"};
    }
}

} // namespace ooto::vision
