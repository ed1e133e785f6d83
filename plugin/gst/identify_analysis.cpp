// SPDX-License-Identifier: LGPL-2.1-or-later
// The analysis thread's side of a stream: from a sample to detections and photos.
#include "gst/identify_stream.h"

#include "core/shot_quality.h"
#include "gst/identify_debug.h"
#include "vision/appearance.h"
#include "vision/scene_change.h"
#include "vision/shot_measures.h"

#include <algorithm>
#include <cmath>

namespace ooto::gst
{

namespace
{

// Around the face itself nothing of it is painted over, however close the neighbour.
constexpr double keptAround = 0.1;

// Faces are measured at this size at most, so that the numbers do not depend on the camera.
constexpr int measuredFacePx = 160;
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

void IdentifyStream::analyse(const Job &job)
{
    const auto begin = std::chrono::steady_clock::now();
    refreshFiles();
    core::Point cameraShift;
    if (!lookAgain(job, cameraShift))
        return;
    const std::vector<core::Observation> seen = look(job);
    std::vector<core::ShotWish> wishes;
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping)
            return;
        shared->statistics.detections += seen.size();
        take(*shared, shared->book.observe(job.times, sample_.shape(), seen, cameraShift));
        wishes = shared->book.wishes();
    }
    postReports();

    for (const core::ShotWish &wish : wishes)
        photograph(job, wish, seen);
    dispatch();

    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    shared_.lock()->statistics.analysisMs.add(took.count());
}

/**
 * False where nothing moved since faces were looked for last, and nobody was there: such a sample
 * costs a look at some lines of it.
 * @param cameraShift set to how far the camera was jolted since the last sample
 */
bool IdentifyStream::lookAgain(const Job &job, core::Point &cameraShift)
{
    const core::GridSize size = core::gridSize(sample_.shape(), job.settings->minFaceSizePx);
    if (!detector_ || !sample_.lumaGrid(size, grid_))
        return true;
    bool anyTrack = false;
    bool another = false;
    {
        auto shared = shared_.lock();
        anyTrack = shared->book.hasTracks();
        another = std::exchange(stillnessEpoch_, shared->epoch) != shared->epoch;
    }
    if (another)
        stillness_ = core::Stillness(detector_->stillInterval());
    const core::StreamTime now = job.times.runningTime;
    if (!stillness_.mustDetect(now, grid_, anyTrack)) {
        ++shared_.lock()->statistics.samplesStill;
        return false;
    }
    stillness_.detected(now, grid_);
    if (anyTrack)
        cameraShift = vision::pictureShift(lastGrid_, grid_).value_or(core::Point{});
    lastGrid_ = grid_;
    return true;
}

std::vector<core::Observation> IdentifyStream::look(const Job &job)
{
    const core::FrameShape &frame = sample_.shape();
    if (source_ == DetectorChoice::None)
        return {normalised({{0, 0, 1, 1}, 1, std::nullopt}, 1, 1)};
    if (!detector_ && job.upstream.empty())
        return {};

    const core::PixelSize size =
        core::detectionSize(frame, job.settings->minFaceSizePx,
                            detector_ ? detector_->smallestFacePx() : comparedFacePx);
    if (!sample_.cut({0, 0, frame.width, frame.height}, size, detectionImage_)) {
        GST_WARNING_OBJECT(element_, "frames of this format cannot be converted for detection");
        return {};
    }

    std::vector<core::Observation> seen = detector_ ? detect(job, size) : job.upstream;
    const double leastPx = core::trackedFacePx(job.settings->minFaceSizePx);
    std::erase_if(seen, [&](const core::Observation &face) {
        return core::scaled(face.box, frame.width, frame.height).shorterSide() < leastPx;
    });
    for (core::Observation &face : seen)
        face.appearance = vision::appearanceOf(detectionImage_.view(),
                                               core::scaled(face.box, size.width, size.height));
    return seen;
}

std::vector<core::Observation> IdentifyStream::detect(const Job &job, const core::PixelSize &size)
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

core::ShotQuality IdentifyStream::judge(const Job &job, const core::ShotWish &wish,
                                        const std::vector<core::Observation> &seen)
{
    const core::Observation &face = seen[wish.observation];
    const core::FrameShape &frame = sample_.shape();
    core::ShotMeasures measures;
    const core::PhotoPlan plan = core::planPhoto(face.box, frame, 0, measuredFacePx);
    if (sample_.cut(plan.source, plan.photo, faceImage_))
        measures = vision::measureShot(faceImage_.view(), plan.toPhoto(face.box, frame));
    return core::judgeShot(face, seen, frame, measures, job.settings->margin() * wish.marginFactor,
                           job.settings->minFaceSizePx);
}

void IdentifyStream::photograph(const Job &job, const core::ShotWish &wish,
                                const std::vector<core::Observation> &seen)
{
    core::Shot shot;
    if (source_ != DetectorChoice::None)
        shot.quality = judge(job, wish, seen);
    else
        shot.quality.total = 1; // nothing is known of the face but that it is one
    GST_LOG("track %d: %.2f = size %.2f sharp %.2f exposed %.2f frontal %.2f edge %.2f alone %.2f",
            wish.trackId, shot.quality.total, shot.quality.size, shot.quality.sharpness,
            shot.quality.exposure, shot.quality.frontality, shot.quality.edge,
            shot.quality.crowding);
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping ||
            !shared->book.judge(wish.trackId, shot.quality, core::worstPart(shot.quality)))
            return;
    }
    shot.times = job.times;
    shot.face = seen[wish.observation].box;
    shot.frame = sample_.shape();
    const int usual = static_cast<int>(job.settings->maxPhotoSizePx);
    const int longest = std::min(usual, wish.longestPx.value_or(usual));
    shot.plan =
        core::planPhoto(shot.face, shot.frame, job.settings->margin() * wish.marginFactor, longest);
    shot.png = job.settings->photoFormat == vision::PhotoFormat::Png;
    shot.bytes = makePhoto(job, shot.plan, wish.observation, seen);
    if (!shot.bytes)
        return;
    auto shared = shared_.lock();
    if (shared->epoch == job.epoch)
        shared->book.offer(wish.trackId, std::move(shot));
}

core::PhotoBytes IdentifyStream::makePhoto(const Job &job, const core::PhotoPlan &plan,
                                           std::size_t face,
                                           const std::vector<core::Observation> &seen)
{
    if (!sample_.cut(plan.source, plan.photo, photoImage_))
        return nullptr;

    std::vector<core::Box> neighbours;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (i != face)
            neighbours.push_back(
                plan.toPhoto(core::grown(seen[i].box, keptAround), sample_.shape()));
    }
    vision::paintOver(photoImage_, neighbours,
                      plan.toPhoto(core::grown(seen[face].box, keptAround), sample_.shape()));

    auto bytes = std::make_shared<std::vector<std::uint8_t>>(vision::encodePhoto(
        photoImage_.view(), job.settings->photoFormat, job.settings->jpegQuality));
    if (bytes->empty()) {
        GST_WARNING_OBJECT(element_, "a photo could not be encoded");
        return nullptr;
    }
    return bytes;
}

} // namespace ooto::gst
