// SPDX-License-Identifier: LGPL-2.1-or-later
// The analysis thread's side of a stream: from a sample to detections and photos.
#include "identify/stream.h"

#include "core/asking/shot_quality.h"
#include "identify/debug.h"
#include "vision/appearance.h"
#include "vision/face_texture.h"
#include "vision/scene_change.h"
#include "vision/shot_measures.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ooto::identify
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
// A picture further back says nothing of a cut: people come and go meanwhile.
constexpr core::StreamTime longestComparison = std::chrono::milliseconds(500);
// But where all of a sudden something else was at a face's place, that was the cut.
constexpr core::StreamTime longestUrgent = std::chrono::seconds(5);
// Two boxes that cover each other so far are of one face.
constexpr double sameFaceIou = 0.6;

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

/**
 * *analysis*: the whole of a sample's job. Whatever fails in it, the next sample is looked at and
 * nobody waits for this one.
 */
void IdentifyStream::runJob(const Job &job)
{
    try {
        analyse(job);
        failure_.clear();
    } catch (const std::exception &error) {
        tellFailure(error.what());
    } catch (...) {
        tellFailure("an exception of no known type");
    }
    endAnalysis();
}

void IdentifyStream::endAnalysis()
{
    // Notified under the lock: who waits may destroy us as soon as he gets it.
    auto shared = shared_.lock();
    shared->analysis = Analysis::Idle;
    changed_.notify_all();
}

/** Each time counted, and told when it is not what the sample before failed of. */
void IdentifyStream::tellFailure(const std::string &what)
{
    ++shared_.lock()->statistics.analysesFailed;
    if (what == failure_)
        return;
    failure_ = what;
    GST_ELEMENT_WARNING(element_, LIBRARY, FAILED,
                        ("A frame could not be searched for faces: %s", what.c_str()),
                        ("The video goes on, and the next frame is tried."));
}

void IdentifyStream::analyse(const Job &job)
{
    const auto begin = std::chrono::steady_clock::now();
    refreshFiles();
    core::PictureChange picture;
    if (!lookAgain(job, picture)) {
        watchOrientation(job, false);
        return;
    }
    const std::vector<core::Observation> seen = look(job);
    watchOrientation(job, std::any_of(seen.begin(), seen.end(),
                                      [](const core::Observation &face) { return !face.weak; }));
    std::vector<core::ShotWish> wishes;
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping)
            return;
        shared->statistics.detections += seen.size();
        if (source_ != DetectorChoice::None)
            shared->statistics.detectionsTooSmall += everybody_.size() - seen.size();
        noteSmallFaces(*shared, job);
        take(*shared, shared->book.observe(job.times, sample_.shape(), seen, picture));
        unobserved_ = {};
        wishes = shared->book.wishes();
    }
    postReports();

    for (const core::ShotWish &wish : wishes)
        photograph(job, wish, seen);
    dispatch();

    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    shared_.lock()->statistics.analysisMs.add(took.count());
}

void IdentifyStream::noteSmallFaces(Shared &shared, const Job &job) const
{
    const core::FrameShape &frame = sample_.shape();
    std::vector<double> sidesPx;
    for (const core::Observation &face : everybody_) {
        if (!face.weak)
            sidesPx.push_back(core::scaled(face.box, frame.width, frame.height).shorterSide());
    }
    const std::string before = shared.smallFaces.notice();
    shared.smallFaces.note(job.times.runningTime, sidesPx, job.settings->minFaceSizePx);
    const std::string &notice = shared.smallFaces.notice();
    if (!notice.empty() && notice != before)
        shared.reports.emplace_back(Notice{notice});
}

/** What the picture did since the last sample, whoever finds the faces. */
core::PictureChange IdentifyStream::comparePictures(const Job &job)
{
    core::PictureChange change;
    if (!sample_.lumaGrid(vision::pictureGridSize, picture_) || picture_.empty())
        return change;
    const core::StreamTime now = job.times.runningTime;
    change.light = std::accumulate(picture_.luma.begin(), picture_.luma.end(), 0.0) /
                   static_cast<double>(picture_.luma.size());
    if (lastPictureAt_) {
        const bool recent =
            now - *lastPictureAt_ <= (job.urgent ? longestUrgent : longestComparison);
        const bool moved = picture_.luma != lastPicture_.luma;
        // A frozen picture tells nothing of what was there meanwhile.
        change.gap = moved && now - lastChangeAt_ > longestComparison;
        // Where time does not go on, the picture decides.
        if (recent || job.times.afterJump)
            change.another = vision::isAnotherPicture(lastPicture_, picture_);
        change.gap |= job.times.afterJump;
        if (moved)
            lastChangeAt_ = now;
    } else {
        lastChangeAt_ = now;
    }
    std::swap(lastPicture_, picture_);
    lastPictureAt_ = now;
    return change;
}

/**
 * False where nothing moved since faces were looked for last, and nobody was there: such a sample
 * costs a look at some lines of it.
 */
bool IdentifyStream::lookAgain(const Job &job, core::PictureChange &picture)
{
    bool anyTrack = false;
    bool another = false;
    {
        auto shared = shared_.lock();
        anyTrack = shared->book.hasTracks();
        another = std::exchange(stillnessEpoch_, shared->epoch) != shared->epoch;
    }
    if (another)
        lastPictureAt_.reset();
    picture = comparePictures(job);
    // What an analysis that failed did not tell of.
    picture.another |= unobserved_.another;
    picture.gap |= unobserved_.gap;
    unobserved_ = picture;
    const core::GridSize size = core::gridSize(sample_.shape(), job.settings->minFaceSizePx);
    if (!detector_ || !sample_.lumaGrid(size, grid_))
        return true;
    if (another)
        stillness_ = core::Stillness(detector_->stillInterval());
    const core::StreamTime now = job.times.runningTime;
    if (!stillness_.noteSample(now, grid_, anyTrack || picture.another)) {
        auto shared = shared_.lock();
        ++shared->statistics.samplesStill;
        shared->book.passSample(now);
        unobserved_ = {};
        return false;
    }
    stillness_.noteDetection(now, grid_);
    if (anyTrack && !picture.another)
        picture.shift = vision::pictureShift(lastGrid_, grid_).value_or(core::Point{});
    lastGrid_ = grid_;
    return true;
}

void IdentifyStream::watchOrientation(const Job &job, bool anyFace)
{
    std::string tag;
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping ||
            !shared->orientationWatch.noteSample(job.times.runningTime, anyFace))
            return;
        tag = shared->orientation;
    }
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                        ("No face was found in %d s of a video that is tagged '%s': it may lie on "
                         "its side or on its head here.",
                         static_cast<int>(core::OrientationWatch::patience.count()), tag.c_str()),
                        ("Put 'videoflip video-direction=auto' before this element."));
}

std::vector<core::Observation> IdentifyStream::look(const Job &job)
{
    const core::FrameShape &frame = sample_.shape();
    everybody_.clear();
    if (source_ == DetectorChoice::None) {
        core::Observation whole = normalised({{0, 0, 1, 1}, 1, std::nullopt}, 1, 1);
        whole.texture = core::textureOfPicture(lastPicture_);
        return {whole};
    }
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
    everybody_ = seen;
    const double leastPx = core::trackedFacePx(job.settings->minFaceSizePx);
    std::erase_if(seen, [&](const core::Observation &face) {
        return core::scaled(face.box, frame.width, frame.height).shorterSide() < leastPx;
    });
    compareFaces(seen, size);
    return seen;
}

/** What each face is compared with others by. @param size of the detection image */
void IdentifyStream::compareFaces(std::vector<core::Observation> &seen, const core::PixelSize &size)
{
    const core::FrameShape &frame = sample_.shape();
    for (core::Observation &face : seen) {
        face.appearance = vision::appearanceOf(detectionImage_.view(),
                                               core::scaled(face.box, size.width, size.height));
        const auto longest =
            static_cast<int>(vision::textureFacePx * (1 + 2 * vision::textureMargin));
        const core::PhotoPlan plan =
            core::planPhoto(face.box, frame, vision::textureMargin, longest);
        if (!sample_.cut(plan.source, plan.photo, faceImage_))
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

/** Where faces are that have no business on this one's photo: those seen, and those missed. */
std::vector<core::Box> IdentifyStream::othersThan(const core::ShotWish &wish, const core::Box &face,
                                                  const Job &job)
{
    std::vector<core::Box> others;
    for (const core::Observation &seen : everybody_) {
        if (!(seen.box == face))
            others.push_back(seen.box);
    }
    for (const core::Box &box :
         shared_.lock()->book.othersThan(wish.trackId, job.times.runningTime)) {
        // Nobody else can be seen where this face is.
        if (core::iou(box, face) <= sameFaceIou)
            others.push_back(box);
    }
    return others;
}

core::ShotQuality IdentifyStream::judge(const Job &job, const core::Observation &face,
                                        double margin)
{
    const core::FrameShape &frame = sample_.shape();
    core::ShotMeasures measures;
    const core::PhotoPlan plan = core::planPhoto(face.box, frame, 0, measuredFacePx);
    if (sample_.cut(plan.source, plan.photo, faceImage_))
        measures = vision::measureShot(faceImage_.view(), plan.toPhoto(face.box, frame));
    return core::judgeShot(face, everybody_, frame, measures, margin, job.settings->minFaceSizePx);
}

void IdentifyStream::photograph(const Job &job, const core::ShotWish &wish,
                                const std::vector<core::Observation> &seen)
{
    const core::Observation &face = seen[wish.observation];
    const std::vector<core::Box> others = othersThan(wish, face.box, job);
    const double usual = job.settings->margin();
    const double margin =
        core::marginClearOf(others, face.box, sample_.shape(), usual, usual * wish.marginFactor);
    core::Shot shot;
    if (source_ != DetectorChoice::None)
        shot.quality = judge(job, face, margin);
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
    shot.face = face.box;
    shot.frame = sample_.shape();
    const int most = static_cast<int>(job.settings->maxPhotoSizePx);
    const int longest = std::min(most, wish.longestPx.value_or(most));
    shot.plan = core::planPhoto(shot.face, shot.frame, margin, longest);
    shot.png = job.settings->photoFormat == vision::PhotoFormat::Png;
    shot.bytes = makePhoto(job, shot.plan, shot.face, others);
    if (!shot.bytes)
        return;
    auto shared = shared_.lock();
    if (shared->epoch == job.epoch)
        shared->book.offer(wish.trackId, std::move(shot));
}

core::PhotoBytes IdentifyStream::makePhoto(const Job &job, const core::PhotoPlan &plan,
                                           const core::Box &face,
                                           const std::vector<core::Box> &others)
{
    if (!sample_.cut(plan.source, plan.photo, photoImage_))
        return nullptr;

    std::vector<core::Box> neighbours;
    for (const core::Box &other : others)
        neighbours.push_back(plan.toPhoto(core::grown(other, keptAround), sample_.shape()));
    vision::paintOver(photoImage_, neighbours,
                      plan.toPhoto(core::grown(face, keptAround), sample_.shape()));

    auto bytes = std::make_shared<std::vector<std::uint8_t>>(vision::encodePhoto(
        photoImage_.view(), job.settings->photoFormat, job.settings->jpegQuality));
    if (bytes->empty()) {
        GST_WARNING_OBJECT(element_, "a photo could not be encoded");
        return nullptr;
    }
    return bytes;
}

} // namespace ooto::identify
