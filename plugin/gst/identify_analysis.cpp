// SPDX-License-Identifier: LGPL-2.1-or-later
// The analysis thread's side of a stream: from a sample to detections, photos and requests.
#include "gst/identify_stream.h"

#include "gst/identify_debug.h"

#include <algorithm>
#include <cmath>

namespace ooto::gst
{

namespace
{

// Around the face itself nothing of it is painted over, however close the neighbour.
constexpr double keptAround = 0.1;

core::Observation normalised(const vision::Detection &detection, double width, double height)
{
    core::Observation seen{core::scaled(detection.box, 1 / width, 1 / height), detection.score,
                           detection.landmarks};
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
    const std::vector<core::Observation> seen = look(job);
    std::vector<core::PhotoWish> wishes;
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping)
            return;
        shared->statistics.detections += seen.size();
        take(*shared, shared->book.observe(job.times, sample_.shape(), seen));
        wishes = shared->book.wishes();
    }
    postReports();

    refreshCaller();
    for (const core::PhotoWish &wish : wishes)
        ask(job, wish, seen);

    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    shared_.lock()->statistics.analysisMs.add(took.count());
}

std::vector<core::Observation> IdentifyStream::look(const Job &job)
{
    const core::FrameShape &frame = sample_.shape();
    if (!detector_)
        return {core::Observation{{0, 0, 1, 1}, 1, std::nullopt}};

    const core::PixelSize size =
        core::detectionSize(frame, job.settings->minFaceSizePx, detector_->smallestFacePx());
    if (!sample_.cut({0, 0, frame.width, frame.height}, size, detectionImage_)) {
        GST_WARNING_OBJECT(element_, "frames of this format cannot be converted for detection");
        return {};
    }

    std::vector<core::Observation> seen;
    const double leastPx = core::trackedFacePx(job.settings->minFaceSizePx);
    for (const vision::Detection &detection :
         detector_->detect(detectionImage_.view(), job.settings->detectionThreshold)) {
        core::Observation face = normalised(detection, size.width, size.height);
        if (core::scaled(face.box, frame.width, frame.height).shorterSide() >= leastPx)
            seen.push_back(std::move(face));
    }
    if (detector_->lastError() != detectorError_) {
        detectorError_ = detector_->lastError();
        if (!detectorError_.empty())
            GST_ELEMENT_WARNING(element_, LIBRARY, FAILED, ("The face detector failed."),
                                ("%s", detectorError_.c_str()));
    }
    return seen;
}

void IdentifyStream::ask(const Job &job, const core::PhotoWish &wish,
                         const std::vector<core::Observation> &seen)
{
    if (job.settings->dryRun || !caller_)
        return putOff(wish.trackId, core::Reason::DryRun);
    auto slot = caller_->reserve();
    if (!slot) {
        const auto condition = caller_->state().condition;
        return putOff(wish.trackId, condition == core::ServiceCondition::Ok ? core::Reason::Busy
                                    : condition == core::ServiceCondition::Unauthorized
                                        ? core::Reason::Unauthorized
                                        : core::Reason::Service);
    }

    const auto longest = std::max(1.0, job.settings->maxPhotoSizePx * wish.sideFactor);
    const core::SentPhoto photo{job.times, wish.face,
                                core::planPhoto(wish.face, sample_.shape(),
                                                job.settings->margin() * wish.marginFactor,
                                                static_cast<int>(longest)),
                                sample_.shape()};
    const core::PhotoBytes bytes = makePhoto(job, photo.plan, wish.face, seen);
    if (!bytes)
        return;

    const bool png = job.settings->photoFormat == vision::PhotoFormat::Png;
    {
        auto shared = shared_.lock();
        if (shared->epoch != job.epoch || shared->stopping ||
            !shared->book.sent(wish.trackId, photo, bytes, png))
            return;
        ++shared->statistics.requests;
        ++shared->statistics.inFlight;
    }
    service::Request request;
    request.photo = bytes;
    request.png = png;
    request.checkLiveness = job.settings->checkLiveness;
    request.checkDeepfake = job.settings->checkDeepfake;
    request.timeout = std::chrono::seconds(job.settings->timeoutS);
    caller_->send(std::move(*slot), std::move(request),
                  [this, id = wish.trackId](const core::Reply &reply) { onReply(id, reply); });
}

core::PhotoBytes IdentifyStream::makePhoto(const Job &job, const core::PhotoPlan &plan,
                                           const core::Box &face,
                                           const std::vector<core::Observation> &seen)
{
    if (!sample_.cut(plan.source, plan.photo, photoImage_))
        return nullptr;

    std::vector<core::Box> neighbours;
    for (const core::Observation &other : seen) {
        if (other.box.x != face.x || other.box.y != face.y)
            neighbours.push_back(plan.toPhoto(core::grown(other.box, keptAround), sample_.shape()));
    }
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

void IdentifyStream::refreshCaller()
{
    if (!caller_)
        return;
    std::shared_ptr<const Settings> settings; // of now, not of when the sample was taken
    bool replaced = false;
    {
        auto shared = shared_.lock();
        settings = shared->settings;
        replaced = std::exchange(shared->credentialsReplaced, false);
    }
    const bool changed = replaced ? credentials_.replace({settings->appId, settings->appKey},
                                                         settings->credentialsFile)
                                  : credentials_.refresh();
    if (changed)
        caller_->setAppKey(credentials_.current().appKey);
    caller_->setMaxInFlight(settings->maxInFlight);
}

void IdentifyStream::putOff(core::TrackId id, core::Reason reason)
{
    shared_.lock()->book.putOff(id, reason);
}

} // namespace ooto::gst
