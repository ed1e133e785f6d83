// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/inquiry.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// Answers of any kind that a track may cost.
constexpr unsigned maxAttempts = 3;
// Before the next photo of a face that was refused: time to turn the head.
constexpr StreamTime pauseAfterRefusal = 700ms;
constexpr StreamTime pauseAfterNoAnswers = 30s;
// After "too small" a face has to have grown clearly before it is worth another call.
constexpr double clearlyLarger = 1.3;
constexpr double wider = 1.6;
constexpr double tighter = 0.3;
constexpr double smallerPhoto = 0.6;
constexpr unsigned mostShrinks = 4;

// The service's codes (HTTP 400).
constexpr int codeNoFace = 5;
constexpr int codeSeveralFaces = 6;
constexpr int codeTooSmall = 9;

bool notFine(const std::optional<Judgement> &judgement)
{
    return judgement && judgement->fine && !*judgement->fine;
}

Status judge(const Answer &answer, double threshold)
{
    if (notFine(answer.liveness) || notFine(answer.deepfake))
        return Status::Spoof;
    const bool match = answer.templateId && answer.similarity && *answer.similarity >= threshold;
    return match ? Status::Identified : Status::Unknown;
}

} // namespace

std::optional<PhotoWish> Inquiry::wish(const Box &face, const FrameShape &frame, StreamTime now,
                                       const AskingRules &rules)
{
    if (status_ != Status::Pending || inFlight_)
        return std::nullopt;
    if (notBefore_ && now < *notBefore_)
        return std::nullopt;

    const double px = scaled(face, frame.width, frame.height).shorterSide();
    if (!rules.wholeFrame) {
        if (px < std::max(rules.minFacePx, waitForPx_)) {
            reason_ = Reason::TooSmall;
            return std::nullopt;
        }
        if (touchesEdge(face, frame)) {
            reason_ = Reason::Edge;
            return std::nullopt;
        }
    }
    return PhotoWish{0, face, marginFactor_, sideFactor_};
}

void Inquiry::sent(const SentPhoto &photo)
{
    inFlight_ = photo;
    reason_ = Reason::None;
    sentPx_ = scaled(photo.face, photo.frame.width, photo.frame.height).shorterSide();
}

bool Inquiry::replied(const Reply &reply, const FrameTimes &now, const AskingRules &rules)
{
    if (!inFlight_)
        return false;
    const bool isAnswer = reply.outcome == Outcome::Answered || reply.outcome == Outcome::Refused;
    if (isAnswer) {
        ++attempts_;
        answered_ = now;
        asked_ = inFlight_->times;
    }
    switch (reply.outcome) {
    case Outcome::Answered:
        takeAnswer(reply, rules);
        break;
    case Outcome::Refused:
        takeRefusal(reply);
        notBefore_ = now.runningTime + pauseAfterRefusal;
        break;
    case Outcome::TooLarge:
        sideFactor_ *= smallerPhoto;
        if (++tooLarge_ > mostShrinks)
            status_ = Status::Unavailable;
        reason_ = Reason::Refused;
        break;
    case Outcome::Unauthorized:
        reason_ = Reason::Unauthorized;
        break;
    case Outcome::Cancelled:
        break;
    case Outcome::NoAnswer:
        // Each was probably billed: after two for one face, now and then is enough.
        reason_ = Reason::Service;
        if (++noAnswers_ >= 2)
            notBefore_ = now.runningTime + pauseAfterNoAnswers;
        break;
    default:
        reason_ = Reason::Service;
        break;
    }
    inFlight_.reset();
    return isAnswer;
}

void Inquiry::takeAnswer(const Reply &reply, const AskingRules &rules)
{
    status_ = judge(reply.answer, rules.similarityThreshold);
    reason_ = Reason::None;
    refusal_.reset();
    answer_ = std::make_shared<const Answer>(reply.answer);

    // From photo pixels to the track's box, so that they move with the face from here on.
    const SentPhoto &photo = *inFlight_;
    if (photo.face.empty())
        return;
    if (reply.answer.box) {
        const Box inFrame = photo.plan.toFrame(*reply.answer.box, photo.frame);
        const Point corner = relativeTo(photo.face, {inFrame.x, inFrame.y});
        serviceBox_ = Box{corner.x, corner.y, inFrame.width / photo.face.width,
                          inFrame.height / photo.face.height};
    }
    if (reply.answer.landmarks) {
        landmarks_ = *reply.answer.landmarks;
        for (Point &point : *landmarks_)
            point = relativeTo(photo.face, photo.plan.toFrame(point, photo.frame));
    }
}

void Inquiry::takeRefusal(const Reply &reply)
{
    reason_ = Reason::Refused;
    refusal_ = Refusal{reply.errorCode, reply.text};
    if (reply.errorCode == codeNoFace) {
        marginFactor_ *= wider;
        // Seen twice to be no face by the service: believe it rather than the detector.
        if (++noFaceInARow_ >= 2)
            status_ = Status::Unavailable;
    } else {
        noFaceInARow_ = 0;
    }
    if (reply.errorCode == codeSeveralFaces)
        marginFactor_ *= tighter;
    if (reply.errorCode == codeTooSmall)
        waitForPx_ = sentPx_ * clearlyLarger;
    if (attempts_ >= maxAttempts)
        status_ = Status::Unavailable;
}

void Inquiry::describe(FaceView &view) const
{
    view.refusal = refusal_;
    view.status = status_;
    view.reason =
        status_ == Status::Pending || status_ == Status::Unavailable ? reason_ : Reason::None;
    view.answer = answer_;
    view.attempts = attempts_;
    view.asked = asked_;
    view.answered = answered_;
    if (serviceBox_) {
        view.serviceBox =
            Box{view.box.x + serviceBox_->x * view.box.width,
                view.box.y + serviceBox_->y * view.box.height, serviceBox_->width * view.box.width,
                serviceBox_->height * view.box.height};
    }
    if (landmarks_)
        view.landmarks = landmarks_;
}

} // namespace ooto::core
