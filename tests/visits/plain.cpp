// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/plain.h"

#include "core/asking/photo_plan.h"
#include "vision/photo_encoder.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace ooto::visits
{

namespace
{

constexpr double kIntervalS = 1;
constexpr double kMargin = 0.5; // as the element's own without check-liveness
constexpr int kLongestPx = 800;
constexpr int kJpegQuality = 90;
constexpr double kReach = 1.5; // of a box's width

} // namespace

std::vector<ShownFace> PlainSampler::push(const cv::Mat &frame, const FrameTruth &truth)
{
    std::vector<ShownFace> shown;
    for (Held &held : held_) {
        if (held.answerS <= truth.timeS && !held.answer.empty())
            held.shown.name = held.answer;
        shown.push_back(held.shown);
    }
    // As with the element, what is found in a frame shows from the next one on.
    if (truth.timeS >= nextS_) {
        sample(frame, truth);
        nextS_ += kIntervalS;
    }
    return shown;
}

void PlainSampler::sample(const cv::Mat &frame, const FrameTruth &truth)
{
    std::vector<Held> now;
    for (const core::Box &box : truth.detections) {
        Held held;
        const Held *before = nearest(box);
        held.shown = before ? before->shown : ShownFace{++lastTrack_, {}, {}};
        held.shown.box = box;
        held.answer = ask(frame, box);
        held.answerS = truth.timeS + delayS_;
        now.push_back(held);
    }
    held_ = std::move(now);
}

const PlainSampler::Held *PlainSampler::nearest(const core::Box &box) const
{
    const Held *best = nullptr;
    double leastPx = kReach * box.width;
    for (const Held &held : held_) {
        const core::Point a = held.shown.box.centre();
        const core::Point b = box.centre();
        const double px = std::hypot(a.x - b.x, a.y - b.y);
        if (px < leastPx) {
            leastPx = px;
            best = &held;
        }
    }
    return best;
}

std::string PlainSampler::ask(const cv::Mat &frame, const core::Box &box)
{
    const core::PhotoPlan plan =
        core::planPhoto(core::scaled(box, 1.0 / frame.cols, 1.0 / frame.rows),
                        {frame.cols, frame.rows}, kMargin, kLongestPx);
    cv::Mat photo;
    cv::resize(frame(cv::Rect(plan.source.x, plan.source.y, plan.source.width, plan.source.height)),
               photo, {plan.photo.width, plan.photo.height}, 0, 0, cv::INTER_AREA);
    ++calls_;
    const Verdict verdict = oracle_.judge(vision::encodePhoto(
        {photo.data, photo.cols, photo.rows, photo.step}, vision::PhotoFormat::Jpeg, kJpegQuality));
    asked_.insert(verdict.person);
    return verdict.fine && verdict.enrolled ? verdict.person : "";
}

} // namespace ooto::visits
