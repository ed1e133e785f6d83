// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/face_finder.h"

#include "core/asking/photo_plan.h"
#include "core/tracking/face_texture.h"
#include "identify/debug.h"
#include "vision/appearance.h"
#include "vision/face_texture.h"

#include <algorithm>
#include <cmath>
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

// A face is clothed down to two and a half times its height; appearance is of all that.
constexpr core::Box dressed{-0.1, -0.4, 1.2, 2.8};
// A box so near to a window's edge is of a part of a face, px of the image that was searched.
constexpr double cutOffPx = 2;
// Two windows that see one face: as the detectors themselves do.
constexpr double sameFaceIou = 0.3;

core::Point toFrame(const core::Point &point, const core::SearchWindow &window)
{
    return {window.area.x + point.x / window.size.width * window.area.width,
            window.area.y + point.y / window.size.height * window.area.height};
}

core::Observation toFrame(const vision::Detection &detection, const core::SearchWindow &window)
{
    core::Observation seen;
    const core::Point from = toFrame(core::Point{detection.box.x, detection.box.y}, window);
    const core::Point to =
        toFrame(core::Point{detection.box.right(), detection.box.bottom()}, window);
    seen.box = {from.x, from.y, to.x - from.x, to.y - from.y};
    seen.score = detection.score;
    seen.landmarks = detection.landmarks;
    if (seen.landmarks) {
        for (core::Point &point : *seen.landmarks)
            point = toFrame(point, window);
    }
    return seen;
}

/** Whether the window's edge, and not the frame's, cuts the face off. */
bool isCutOff(const core::Box &box, const core::SearchWindow &window)
{
    const core::Box &area = window.area;
    constexpr double frameEdge = 1e-6;
    return (box.x < cutOffPx && area.x > frameEdge) || (box.y < cutOffPx && area.y > frameEdge) ||
           (box.right() > window.size.width - cutOffPx && area.right() < 1 - frameEdge) ||
           (box.bottom() > window.size.height - cutOffPx && area.bottom() < 1 - frameEdge);
}

/** Pixels of the frame that its formats can be cut at, see core::planPhoto(). */
core::PixelRect pixelsOf(const core::Box &area, const core::FrameShape &frame)
{
    constexpr int stepX = 4;
    constexpr int stepY = 8;
    const auto at = [](double px, int step) {
        return static_cast<int>(std::lround(px / step)) * step;
    };
    const core::Box px = core::scaled(area, frame.width, frame.height);
    const int left = std::clamp(at(px.x, stepX), 0, frame.width - 1);
    const int top = std::clamp(at(px.y, stepY), 0, frame.height - 1);
    // To the frame's edge, where the area goes so far.
    const bool toRight = area.right() > 1 - 1e-6;
    const bool toBottom = area.bottom() > 1 - 1e-6;
    const int right = toRight ? frame.width : left + std::max(stepX, at(px.width, stepX));
    const int bottom = toBottom ? frame.height : top + std::max(stepY, at(px.height, stepY));
    return {left, top, std::clamp(right, left + 1, frame.width) - left,
            std::clamp(bottom, top + 1, frame.height) - top};
}

core::Box boxOf(const core::PixelRect &pixels, const core::FrameShape &frame)
{
    return {static_cast<double>(pixels.x) / frame.width,
            static_cast<double>(pixels.y) / frame.height,
            static_cast<double>(pixels.width) / frame.width,
            static_cast<double>(pixels.height) / frame.height};
}

core::Box inWindow(const core::Box &box, const core::SearchWindow &window)
{
    const double sx = window.size.width / window.area.width;
    const double sy = window.size.height / window.area.height;
    return {(box.x - window.area.x) * sx, (box.y - window.area.y) * sy, box.width * sx,
            box.height * sy};
}

/** The face and what its colours are taken from, no larger than tells. */
core::SearchWindow personAround(const core::Box &face, const core::PixelSize &whole,
                                const core::FrameShape &frame)
{
    const core::Box wanted{face.x + dressed.x * face.width, face.y + dressed.y * face.height,
                           dressed.width * face.width, dressed.height * face.height};
    const core::Box area = boxOf(pixelsOf(wanted, frame), frame);
    const double scale = std::min(1.0, comparedFacePx / (face.width * whole.width));
    return {area,
            {std::max(1, static_cast<int>(std::lround(area.width * whole.width * scale))),
             std::max(1, static_cast<int>(std::lround(area.height * whole.height * scale)))}};
}

/** Where two windows saw one face, the surer one. */
void dropDoubles(std::vector<core::Observation> &faces)
{
    std::stable_sort(faces.begin(), faces.end(),
                     [](const auto &a, const auto &b) { return a.score > b.score; });
    std::vector<core::Observation> kept;
    for (core::Observation &face : faces) {
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const auto &other) {
            return core::iou(face.box, other.box) > sameFaceIou;
        });
        if (!known)
            kept.push_back(std::move(face));
    }
    faces = std::move(kept);
}

} // namespace

FaceFinder::FaceFinder(GstElement *element, DetectorChoice source,
                       std::shared_ptr<vision::DetectorPool> detectors)
    : element_(element), source_(source), detectors_(std::move(detectors))
{
}

std::optional<std::chrono::seconds> FaceFinder::stillInterval() const
{
    return detectors_ ? std::optional(detectors_->stillInterval()) : std::nullopt;
}

core::PixelSize FaceFinder::wholeSize(const core::FrameShape &frame, const Settings &settings) const
{
    return core::detectionSize(frame, settings.minFaceSizePx,
                               detectors_ ? detectors_->smallestFacePx() : comparedFacePx);
}

std::vector<core::Observation> FaceFinder::find(const element::SampleFrame &sample, const Job &job,
                                                core::SearchPlan &plan,
                                                const std::vector<core::FaceToFind> &expected,
                                                const core::LumaGrid &picture)
{
    const core::FrameShape &frame = sample.shape();
    everyFace_.clear();
    if (source_ == DetectorChoice::None) {
        core::Observation whole;
        whole.box = {0, 0, 1, 1};
        whole.score = 1;
        whole.texture = core::textureOfPicture(picture);
        return {whole};
    }
    if (!detectors_ && job.upstream.empty())
        return {};

    if (detectors_) {
        everyFace_ = search(sample, job, plan);
        const auto isThere = [&](const core::FaceToFind &face) {
            return std::any_of(everyFace_.begin(), everyFace_.end(), [&](const auto &seen) {
                return core::iou(seen.box, face.expected) > 0;
            });
        };
        // Has it gone, or only further than it should?
        const bool missing =
            !plan.whole && std::any_of(expected.begin(), expected.end(), [&](const auto &face) {
                return !face.missed && plan.covers(face.expected) && !isThere(face);
            });
        if (missing) {
            plan = {};
            everyFace_ = search(sample, job, plan);
        }
    } else {
        everyFace_ = job.upstream;
    }

    std::vector<core::Observation> seen = everyFace_;
    const double leastPx = core::trackedFacePx(job.settings->minFaceSizePx);
    std::erase_if(seen, [&](const core::Observation &face) {
        return core::scaled(face.box, frame.width, frame.height).shorterSide() < leastPx;
    });
    compare(seen, sample, wholeSize(frame, *job.settings));
    return seen;
}

void FaceFinder::alsoSearch(const element::SampleFrame &sample, const Job &job,
                            const core::Box &part)
{
    core::SearchPlan plan;
    plan.whole = false;
    plan.windows = {core::windowAround(part, wholeSize(sample.shape(), *job.settings))};
    std::vector<core::Observation> more = search(sample, job, plan);
    // What was found before stays as it is: photos are taken of these boxes.
    std::erase_if(more, [&](const core::Observation &face) {
        return std::any_of(everyFace_.begin(), everyFace_.end(), [&](const auto &known) {
            return core::iou(known.box, face.box) > sameFaceIou;
        });
    });
    everyFace_.insert(everyFace_.end(), more.begin(), more.end());
}

/** The faces of any size. */
std::vector<core::Observation> FaceFinder::search(const element::SampleFrame &sample,
                                                  const Job &job, const core::SearchPlan &plan)
{
    std::vector<core::Observation> seen;
    const vision::DetectorPool::Loan detector = detectors_->borrow();
    if (!detector) {
        tellError(detectors_->error());
        return seen;
    }
    const core::FrameShape &frame = sample.shape();
    std::vector<core::SearchWindow> windows = plan.windows;
    if (plan.whole)
        windows = {{{0, 0, 1, 1}, wholeSize(frame, *job.settings)}};
    std::string error;
    for (const core::SearchWindow &window : windows) {
        const std::vector<core::Observation> more = searchWindow(sample, job, window, *detector);
        seen.insert(seen.end(), more.begin(), more.end());
        if (error.empty())
            error = detector->lastError();
    }
    tellError(error);
    if (windows.size() > 1)
        dropDoubles(seen);
    return seen;
}

std::vector<core::Observation> FaceFinder::searchWindow(const element::SampleFrame &sample,
                                                        const Job &job,
                                                        const core::SearchWindow &window,
                                                        vision::Detector &detector)
{
    const core::FrameShape &frame = sample.shape();
    const core::PixelRect source = pixelsOf(window.area, frame);
    if (!sample.cut(source, window.size, searched_)) {
        if (!std::exchange(toldFormat_, true))
            GST_WARNING_OBJECT(element_, "frames of this format cannot be converted for detection");
        return {};
    }
    const core::SearchWindow cut{boxOf(source, frame), window.size};
    std::vector<core::Observation> seen;
    const double threshold = job.settings->detectionThreshold;
    for (const vision::Detection &detection :
         detector.detect(searched_.view(), std::min(threshold, weakScore))) {
        if (isCutOff(detection.box, cut))
            continue;
        seen.push_back(toFrame(detection, cut));
        seen.back().weak = detection.score < threshold;
    }
    return seen;
}

void FaceFinder::tellError(const std::string &error)
{
    if (error == detectorError_)
        return;
    detectorError_ = error;
    if (!error.empty())
        GST_ELEMENT_WARNING(element_, LIBRARY, FAILED, ("The face detector failed."),
                            ("%s", error.c_str()));
}

/** What each face is compared with others by. */
void FaceFinder::compare(std::vector<core::Observation> &faces, const element::SampleFrame &sample,
                         const core::PixelSize &wholeSize)
{
    const core::FrameShape &frame = sample.shape();
    for (core::Observation &face : faces) {
        const core::SearchWindow person = personAround(face.box, wholeSize, frame);
        if (sample.cut(pixelsOf(person.area, frame), person.size, faceImage_))
            face.appearance = vision::appearanceOf(faceImage_.view(), inWindow(face.box, person));
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

} // namespace ooto::identify
