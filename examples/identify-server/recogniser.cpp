// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recogniser.h"
#include "photo_file.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace ooto::server
{
namespace
{

/** A few kilobytes can declare a picture that fills the memory. */
constexpr double mostPixels = 50e6;
/** Longer side, px, at which faces are looked for: small ones grow, large photos cost no more. */
constexpr double leastSidePx = 320;
constexpr double mostSidePx = 800;
/** A photo is sent because somebody saw a face in it, so a doubtful one counts … */
constexpr double faceScore = 0.6;
/** … but a second one has to be certain. */
constexpr double secondFaceScore = 0.75;

cv::Mat decode(std::span<const std::uint8_t> bytes)
{
    const PhotoFile file = readPhotoFile(bytes);
    // OpenCV fills what is missing of a truncated file with grey.
    if (file.type == PhotoType::Other || !file.complete ||
        static_cast<double>(file.width) * file.height > mostPixels)
        return {};
    return cv::imdecode(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), cv::IMREAD_COLOR);
}

Quality measure(const cv::Mat &grey, const Sighting &sighting)
{
    Quality quality;
    if (sighting.landmarks) {
        const core::Point &right = (*sighting.landmarks)[0];
        const core::Point &left = (*sighting.landmarks)[1];
        quality.rollDegrees =
            std::atan2(left.y - right.y, left.x - right.x) * 180 / std::numbers::pi;
    }
    const cv::Rect within =
        cv::Rect(static_cast<int>(sighting.box.x), static_cast<int>(sighting.box.y),
                 static_cast<int>(sighting.box.width), static_cast<int>(sighting.box.height)) &
        cv::Rect(0, 0, grey.cols, grey.rows);
    if (within.empty())
        return quality;

    // Of one size, so that the measures do not depend on how large the photo is.
    cv::Mat face;
    cv::resize(grey(within), face, {96, 96}, 0, 0, cv::INTER_AREA);
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(face, mean, deviation);
    quality.exposure = mean[0] / 255;
    quality.exposureFine = quality.exposure > 0.15 && quality.exposure < 0.85;
    quality.contrast = deviation[0] / 255;
    quality.contrastFine = quality.contrast > 0.06;

    cv::Mat edges;
    cv::Laplacian(face, edges, CV_32F);
    cv::meanStdDev(edges, mean, deviation);
    const double detail = deviation[0] / std::max(1.0, quality.contrast * 255);
    quality.blur = 1 / (1 + 5 * detail);
    quality.blurFine = quality.blur < 0.6;
    return quality;
}

Sighting lookAt(const cv::Mat &photo, vision::Detector &detector)
{
    Sighting sighting;
    const double longer = std::max(photo.cols, photo.rows);
    const double scale = std::clamp(longer, leastSidePx, mostSidePx) / longer;
    cv::Mat image = photo;
    if (scale != 1)
        cv::resize(photo, image,
                   {std::max(1, static_cast<int>(std::lround(photo.cols * scale))),
                    std::max(1, static_cast<int>(std::lround(photo.rows * scale)))},
                   0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);

    const std::vector<vision::Detection> faces =
        detector.detect({image.data, image.cols, image.rows, image.step}, faceScore);
    if (faces.empty()) {
        sighting.errorCode = 5;
        return sighting;
    }
    if (faces.size() > 1 && faces[1].score >= secondFaceScore) {
        sighting.errorCode = 6;
        return sighting;
    }

    const double sx = static_cast<double>(photo.cols) / image.cols;
    const double sy = static_cast<double>(photo.rows) / image.rows;
    sighting.box = core::scaled(faces[0].box, sx, sy);
    sighting.landmarks = faces[0].landmarks;
    if (sighting.landmarks)
        for (core::Point &point : *sighting.landmarks)
            point = {point.x * sx, point.y * sy};
    if (sighting.box.shorterSide() < Recogniser::smallestFacePx) {
        sighting.errorCode = 9;
        return sighting;
    }

    cv::Mat grey;
    cv::cvtColor(photo, grey, cv::COLOR_BGR2GRAY);
    sighting.quality = measure(grey, sighting);
    sighting.views = describeFace(grey, {sighting.box, faces[0].score, sighting.landmarks});
    return sighting;
}

} // namespace

std::unique_ptr<Recogniser> Recogniser::open(DetectorChoice choice, const std::string &model,
                                             std::string &error)
{
    vision::LoadedDetector loaded;
    const std::optional<std::string> yunet = vision::findYunetModel(model);
    if (choice == DetectorChoice::Yunet || (choice == DetectorChoice::Auto && yunet)) {
        loaded = vision::loadYunet(yunet.value_or("face_detection_yunet_2023mar.onnx"));
    } else {
        const std::optional<std::string> cascade = vision::findCascade();
        loaded = vision::loadCascade(cascade.value_or("haarcascade_frontalface_alt2.xml"));
    }
    error = loaded.error;
    if (!loaded.detector)
        return nullptr;
    return std::unique_ptr<Recogniser>(new Recogniser(std::move(loaded.detector)));
}

Sighting Recogniser::look(std::span<const std::uint8_t> photo)
{
    Sighting unreadable;
    unreadable.errorCode = 4;
    try {
        const cv::Mat picture = decode(photo);
        return picture.empty() ? unreadable : lookAt(picture, *detector_);
    } catch (const std::exception &) {
        return unreadable;
    }
}

} // namespace ooto::server
