// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/truth.h"

#include "core/asking/photo_plan.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace ooto::visits
{

namespace
{

constexpr double kThreshold = 0.75; // the element's default
constexpr double kLeastIou = 0.25;  // the script's boxes and a detector's differ by their habits
constexpr double kLeastSeen = 0.3;  // of a face, for a detection to be its own
constexpr double kChainMemoryS = 1;

core::Box boxOf(const cv::Rect2d &rect)
{
    return {rect.x, rect.y, rect.width, rect.height};
}

/** Gives each face at most one detection, the best pairs first. */
void pair(std::vector<TrueFace> &faces, const std::vector<core::Box> &detections)
{
    struct Pair {
        double iou;
        TrueFace *face;
        const core::Box *box;
    };
    std::vector<Pair> pairs;
    for (TrueFace &face : faces) {
        if (face.visibleShare < kLeastSeen)
            continue;
        for (const core::Box &box : detections) {
            // Of two that overlap, the one in front is what is seen.
            const double iou = core::iou(face.madeBox, box) * face.visibleShare;
            if (iou >= kLeastIou)
                pairs.push_back({iou, &face, &box});
        }
    }
    std::sort(pairs.begin(), pairs.end(),
              [](const Pair &a, const Pair &b) { return a.iou > b.iou; });
    std::vector<const core::Box *> taken;
    for (const Pair &each : pairs) {
        if (!each.face->foundBox.empty() ||
            std::find(taken.begin(), taken.end(), each.box) != taken.end())
            continue;
        each.face->foundBox = *each.box;
        taken.push_back(each.box);
    }
}

} // namespace

core::Box trueBox(const TrueFace &face, TruthBoxes boxes)
{
    if (boxes == TruthBoxes::Detector || face.madeBox.empty())
        return face.foundBox;
    return face.visibleShare >= 0.5 && face.turned < 0.5 ? face.madeBox : core::Box{};
}

TruthKeeper::TruthKeeper(std::unique_ptr<vision::Detector> detector, Script script, double shutterS,
                         int minFacePx)
    : detector_(std::move(detector)),
      script_(std::move(script)),
      shutterS_(shutterS),
      minFacePx_(minFacePx)
{
}

FrameTruth TruthKeeper::look(double timeS, const cv::Mat &frame)
{
    FrameTruth truth;
    truth.timeS = timeS;
    const core::PixelSize size =
        core::detectionSize({frame.cols, frame.rows}, minFacePx_, detector_->smallestFacePx());
    cv::Mat small = frame;
    if (size.width != frame.cols || size.height != frame.rows)
        cv::resize(frame, small, {size.width, size.height}, 0, 0, cv::INTER_AREA);
    for (const vision::Detection &each :
         detector_->detect({small.data, small.cols, small.rows, small.step}, kThreshold)) {
        const core::Box box = core::scaled(each.box, double(frame.cols) / size.width,
                                           double(frame.rows) / size.height);
        if (box.shorterSide() >= core::trackedFacePx(minFacePx_))
            truth.detections.push_back(box);
    }
    if (script_)
        takeScript(truth);
    else
        takeChains(truth);
    for (TrueFace &face : truth.faces)
        face.usable = isUsable(face, timeS, frame);
    before_.clear();
    for (const TrueFace &face : truth.faces)
        before_[face.person] = {face.person, face.madeBox, timeS};
    return truth;
}

void TruthKeeper::takeScript(FrameTruth &truth) const
{
    for (const scene::FaceTruth &each : script_(truth.timeS)) {
        TrueFace face;
        face.person = each.name;
        face.stay = each.visit;
        face.madeBox = boxOf(each.boxPx);
        face.visibleShare = each.visibleShare;
        face.turned = each.turned;
        truth.faces.push_back(face);
    }
    pair(truth.faces, truth.detections);
}

void TruthKeeper::takeChains(FrameTruth &truth)
{
    std::erase_if(chains_,
                  [&](const Chain &chain) { return truth.timeS - chain.seenS > kChainMemoryS; });
    std::vector<bool> taken(chains_.size());
    for (const core::Box &box : truth.detections) {
        std::size_t best = chains_.size();
        double bestIou = kLeastIou;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            const double iou = core::iou(chains_[i].box, box);
            if (!taken[i] && iou > bestIou) {
                best = i;
                bestIou = iou;
            }
        }
        if (best == chains_.size())
            chains_.push_back({"person " + std::to_string(++people_), box, truth.timeS});
        else
            taken[best] = true;
        chains_[best].box = box;
        chains_[best].seenS = truth.timeS;
        TrueFace face;
        face.person = chains_[best].person;
        face.foundBox = box;
        truth.faces.push_back(face);
    }
    for (const Chain &chain : chains_) {
        if (chain.seenS == truth.timeS)
            continue;
        TrueFace face;
        face.person = chain.person;
        face.madeBox = chain.box;
        face.visibleShare = 0;
        truth.faces.push_back(face);
    }
}

bool TruthKeeper::isUsable(const TrueFace &face, double timeS, const cv::Mat &frame) const
{
    constexpr double kLeastVisible = 0.9;
    constexpr double kMostBlur = 0.1;         // of the face's width
    constexpr double kLeastBrightness = 0.15; // as in examples/identify-server
    const core::Box &box = face.foundBox;
    if (box.empty() || box.shorterSide() < minFacePx_ || face.turned > 0 ||
        face.visibleShare < kLeastVisible)
        return false;
    if (core::touchesEdge(core::scaled(box, 1.0 / frame.cols, 1.0 / frame.rows),
                          {frame.cols, frame.rows}))
        return false;
    if (const auto before = before_.find(face.person); before != before_.end() && shutterS_ > 0) {
        const core::Point then = before->second.box.centre();
        const core::Point now = face.madeBox.centre();
        const double pxPerS =
            std::hypot(now.x - then.x, now.y - then.y) / (timeS - before->second.seenS);
        if (pxPerS * shutterS_ > kMostBlur * box.width)
            return false;
    }
    const cv::Rect place =
        cv::Rect(cv::Rect2d(box.x, box.y, box.width, box.height)) & cv::Rect({0, 0}, frame.size());
    const cv::Scalar mean = cv::mean(frame(place));
    return 0.114 * mean[0] + 0.587 * mean[1] + 0.299 * mean[2] >= kLeastBrightness * 255;
}

} // namespace ooto::visits
