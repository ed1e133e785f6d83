// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/photographer.h"

#include "identify/debug.h"
#include "vision/photo_encoder.h"
#include "vision/shot_measures.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

namespace
{

// Around the face itself nothing of it is painted over, however close the neighbour.
constexpr double keptAround = 0.1;
// Faces are measured at this size at most, so that the numbers do not depend on the camera.
constexpr int measuredFacePx = 160;
// Two boxes that cover each other so far are of one face.
constexpr double sameFaceIou = 0.6;
// A frame's picture is for people to look at, not to find more faces in.
constexpr int longestFramePictureSide = 1280;

} // namespace

Photographer::Photographer(GstElement *element, Meeting &meeting, bool wholeFrame)
    : element_(element), meeting_(meeting), wholeFrame_(wholeFrame)
{
}

void Photographer::photograph(const element::SampleFrame &sample, const Job &job,
                              const core::ShotWish &wish, const core::Observation &face,
                              const std::vector<core::Observation> &everyFace)
{
    const std::vector<core::Box> others = othersThan(wish, face.box, job, everyFace);
    const double usual = job.settings->margin();
    const double margin =
        core::marginClearOf(others, face.box, sample.shape(), usual, usual * wish.marginFactor);
    core::Shot shot;
    if (wholeFrame_)
        shot.quality.total = 1; // nothing is known of the face but that it is one
    else
        shot.quality = judge(sample, job, face, margin, everyFace);
    if (!isWanted(job, wish, shot.quality))
        return;
    shot.times = job.times;
    shot.face = face.box;
    shot.frame = sample.shape();
    const int most = static_cast<int>(job.settings->maxPhotoSizePx);
    const int longest = std::min(most, wish.longestPx.value_or(most));
    shot.plan = core::planPhoto(shot.face, shot.frame, margin, longest);
    shot.png = job.settings->photoFormat == vision::PhotoFormat::Png;
    shot.bytes = encode(sample, shot.plan, shot.face, others, job.settings->photoFormat,
                        job.settings->jpegQuality);
    if (!shot.bytes)
        return;
    // Now or never: the next sample takes this one's place, and only then is it known which photo
    // is sent.
    if (isFrameWanted())
        shot.frameBytes = encodeFrame(sample, job, shot.face, others);
    auto shared = meeting_.shared.lock();
    if (shared->epoch == job.epoch)
        shared->book.offer(wish.trackId, std::move(shot));
}

/** Where faces are that have no business on this one's photo: those seen, and those missed. */
std::vector<core::Box> Photographer::othersThan(const core::ShotWish &wish, const core::Box &face,
                                                const Job &job,
                                                const std::vector<core::Observation> &everyFace)
{
    std::vector<core::Box> others;
    for (const core::Observation &seen : everyFace) {
        if (!(seen.box == face))
            others.push_back(seen.box);
    }
    for (const core::Box &box :
         meeting_.shared.lock()->book.othersThan(wish.trackId, job.times.runningTime)) {
        // No other face can be seen where this one is.
        if (core::iou(box, face) <= sameFaceIou)
            others.push_back(box);
    }
    return others;
}

core::ShotQuality Photographer::judge(const element::SampleFrame &sample, const Job &job,
                                      const core::Observation &face, double margin,
                                      const std::vector<core::Observation> &everyFace)
{
    const core::FrameShape &frame = sample.shape();
    core::ShotMeasures measures;
    const core::PhotoPlan plan = core::planPhoto(face.box, frame, 0, measuredFacePx);
    if (sample.cut(plan.source, plan.photo, faceImage_))
        measures = vision::measureShot(faceImage_.view(), plan.toPhoto(face.box, frame));
    return core::judgeShot(face, everyFace, frame, measures, margin, job.settings->minFaceSizePx);
}

bool Photographer::isWanted(const Job &job, const core::ShotWish &wish,
                            const core::ShotQuality &quality)
{
    GST_LOG_OBJECT(element_,
                   "track %d: %.2f = size %.2f sharp %.2f exposed %.2f frontal %.2f edge %.2f "
                   "alone %.2f",
                   wish.trackId, quality.total, quality.size, quality.sharpness, quality.exposure,
                   quality.frontality, quality.edge, quality.crowding);
    auto shared = meeting_.shared.lock();
    return shared->epoch == job.epoch && !shared->stopping &&
           shared->book.judge(wish.trackId, quality, core::worstPart(quality));
}

bool Photographer::isFrameWanted()
{
    return meeting_.shared.lock()->photoWishes.frames();
}

/** What the camera saw of the place, and of the people this one only. */
core::PhotoBytes Photographer::encodeFrame(const element::SampleFrame &sample, const Job &job,
                                           const core::Box &face,
                                           const std::vector<core::Box> &others)
{
    const core::PhotoPlan plan =
        core::planPhoto({0, 0, 1, 1}, sample.shape(), 0, longestFramePictureSide);
    return encode(sample, plan, face, others, vision::PhotoFormat::Jpeg, job.settings->jpegQuality);
}

core::PhotoBytes Photographer::encode(const element::SampleFrame &sample,
                                      const core::PhotoPlan &plan, const core::Box &face,
                                      const std::vector<core::Box> &others,
                                      vision::PhotoFormat format, int jpegQuality)
{
    if (!sample.cut(plan.source, plan.photo, photoImage_))
        return nullptr;

    std::vector<core::Box> neighbours;
    for (const core::Box &other : others)
        neighbours.push_back(plan.toPhoto(core::grown(other, keptAround), sample.shape()));
    vision::paintOver(photoImage_, neighbours,
                      plan.toPhoto(core::grown(face, keptAround), sample.shape()));

    auto bytes = std::make_shared<std::vector<std::uint8_t>>(
        vision::encodePhoto(photoImage_.view(), format, jpegQuality));
    if (bytes->empty()) {
        GST_WARNING_OBJECT(element_, "a photo could not be encoded");
        return nullptr;
    }
    return bytes;
}

} // namespace ooto::identify
