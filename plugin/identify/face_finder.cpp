// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/face_finder.h"

#include "core/asking/photo_plan.h"
#include "core/tracking/face_texture.h"
#include "identify/debug.h"
#include "vision/appearance.h"
#include "vision/face_texture.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

namespace
{

// Tracked faces are found again at lower scores: of turned heads YuNet finds 66 % at 0.75, and 93
// to 100 % at 0.6 (112 in a clip).
constexpr double weakScore = 0.6;
// What faces are compared at that others found; as our own detectors see them.
constexpr double comparedFacePx = 40;

core::Observation normalised(const vision::Detection &detection, double width, double height)
{
    core::Observation seen;
    seen.box = core::scaled(detection.box, 1 / width, 1 / height);
    seen.score = detection.score;
    seen.landmarks = detection.landmarks;
    if (seen.landmarks) {
        for (core::Point &point : *seen.landmarks)
            point = {point.x / width, point.y / height};
    }
    return seen;
}

} // namespace

FaceFinder::FaceFinder(GstElement *element, DetectorChoice source,
                       std::unique_ptr<vision::Detector> detector)
    : element_(element), source_(source), detector_(std::move(detector))
{
}

std::optional<std::chrono::seconds> FaceFinder::stillInterval() const
{
    return detector_ ? std::optional(detector_->stillInterval()) : std::nullopt;
}

std::vector<core::Observation> FaceFinder::find(const element::SampleFrame &sample, const Job &job,
                                                const core::LumaGrid &picture)
{
    const core::FrameShape &frame = sample.shape();
    everyFace_.clear();
    if (source_ == DetectorChoice::None) {
        core::Observation whole = normalised({{0, 0, 1, 1}, 1, std::nullopt}, 1, 1);
        whole.texture = core::textureOfPicture(picture);
        return {whole};
    }
    if (!detector_ && job.upstream.empty())
        return {};

    const core::PixelSize size =
        core::detectionSize(frame, job.settings->minFaceSizePx,
                            detector_ ? detector_->smallestFacePx() : comparedFacePx);
    if (!sample.cut({0, 0, frame.width, frame.height}, size, detectionImage_)) {
        GST_WARNING_OBJECT(element_, "frames of this format cannot be converted for detection");
        return {};
    }

    std::vector<core::Observation> seen = detector_ ? detect(job, size) : job.upstream;
    everyFace_ = seen;
    const double leastPx = core::trackedFacePx(job.settings->minFaceSizePx);
    std::erase_if(seen, [&](const core::Observation &face) {
        return core::scaled(face.box, frame.width, frame.height).shorterSide() < leastPx;
    });
    compare(seen, sample, size);
    return seen;
}

/** What each face is compared with others by. @param size of the detection image */
void FaceFinder::compare(std::vector<core::Observation> &faces, const element::SampleFrame &sample,
                         const core::PixelSize &size)
{
    const core::FrameShape &frame = sample.shape();
    for (core::Observation &face : faces) {
        face.appearance = vision::appearanceOf(detectionImage_.view(),
                                               core::scaled(face.box, size.width, size.height));
        const auto longest =
            static_cast<int>(vision::textureFacePx * (1 + 2 * vision::textureMargin));
        const core::PhotoPlan plan =
            core::planPhoto(face.box, frame, vision::textureMargin, longest);
        if (!sample.cut(plan.source, plan.photo, faceImage_))
            continue;
        std::optional<core::Landmarks> landmarks = face.landmarks;
        if (landmarks) {
            for (core::Point &point : *landmarks) {
                const core::Box there = plan.toPhoto({point.x, point.y, 0, 0}, frame);
                point = {there.x, there.y};
            }
        }
        face.texture =
            vision::faceTextureOf(faceImage_.view(), plan.toPhoto(face.box, frame), landmarks);
    }
}

std::vector<core::Observation> FaceFinder::detect(const Job &job, const core::PixelSize &size)
{
    std::vector<core::Observation> seen;
    const double threshold = job.settings->detectionThreshold;
    for (const vision::Detection &detection :
         detector_->detect(detectionImage_.view(), std::min(threshold, weakScore))) {
        seen.push_back(normalised(detection, size.width, size.height));
        seen.back().weak = detection.score < threshold;
    }
    if (detector_->lastError() != detectorError_) {
        detectorError_ = detector_->lastError();
        if (!detectorError_.empty())
            GST_ELEMENT_WARNING(element_, LIBRARY, FAILED, ("The face detector failed."),
                                ("%s", detectorError_.c_str()));
    }
    return seen;
}

} // namespace ooto::identify
