// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/oracle.h"

#include "answers.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace ooto::visits
{

namespace
{

constexpr double kMemoryS = 20;    // longer than any photo waits for its turn
constexpr double kIntervalS = 0.5; // from one patch of a person to the next, unless it changed
constexpr double kChanged = 0.005; // normalised squared difference
const cv::Size kFacePx{32, 40};
constexpr double kMargin = 0.2; // of the face, on each side of a patch
/** Normalised squared difference from which on it is nobody's face. */
constexpr double kMostDifference = 0.06;
constexpr double kLeastSeen = 0.7;
constexpr double kMostTurned = 0.3;
constexpr double kSimilarityFine = 0.95;
constexpr double kSimilarityPoor = 0.6; // below the element's default threshold of 0.75

/** The part of the picture, black beyond its edges, at this size. */
cv::Mat cutOut(const cv::Mat &picture, const core::Box &box, cv::Size size)
{
    // Pixel centres lie at halves on both sides.
    const double sx = box.width / size.width;
    const double sy = box.height / size.height;
    cv::Mat smooth = picture;
    const cv::Rect around =
        cv::Rect(cv::Rect2d(box.x - 2, box.y - 2, box.width + 5, box.height + 5)) &
        cv::Rect({0, 0}, picture.size());
    if (around.empty())
        return cv::Mat(size, CV_8UC3, cv::Scalar::all(0));
    // Against aliasing, since warpAffine() takes single pixels.
    cv::GaussianBlur(picture(around), smooth, {}, std::max(0.3, 0.5 * sx), std::max(0.3, 0.5 * sy),
                     cv::BORDER_REPLICATE);
    const cv::Matx23d placing(sx, 0, box.x - around.x + 0.5 * sx - 0.5, 0, sy,
                              box.y - around.y + 0.5 * sy - 0.5);
    cv::Mat cut;
    cv::warpAffine(smooth, cut, placing, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
    return cut;
}

cv::Mat quarterOf(const cv::Mat &patch)
{
    cv::Mat small;
    cv::resize(patch, small, {}, 0.25, 0.25, cv::INTER_AREA);
    return small;
}

/** Normalised squared difference, 0..1, where the probe fits into the picture best. */
double leastDifference(const cv::Mat &picture, const cv::Mat &probe)
{
    cv::Mat differences;
    cv::matchTemplate(picture, probe, differences, cv::TM_SQDIFF_NORMED);
    double least = 1;
    cv::minMaxLoc(differences, &least);
    return least;
}

} // namespace

std::unique_ptr<Oracle> Oracle::open(server::DetectorChoice detector, std::string &error)
{
    auto oracle = std::make_unique<Oracle>();
    oracle->recogniser_ = server::Recogniser::open(detector, {}, error);
    return oracle->recogniser_ ? std::move(oracle) : nullptr;
}

void Oracle::remember(const cv::Mat &frame, const FrameTruth &truth)
{
    const std::lock_guard lock(mutex_);
    while (!glimpses_.empty() && truth.timeS - glimpses_.front().timeS > kMemoryS)
        glimpses_.pop_front();
    for (const TrueFace &face : truth.faces) {
        if (face.foundBox.empty())
            continue;
        const cv::Size size(cvRound(kFacePx.width * (1 + 2 * kMargin)),
                            cvRound(kFacePx.height * (1 + 2 * kMargin)));
        const cv::Mat patch = cutOut(frame, core::grown(face.foundBox, kMargin), size);
        const auto last =
            std::find_if(glimpses_.rbegin(), glimpses_.rend(),
                         [&](const Glimpse &each) { return each.person == face.person; });
        if (last != glimpses_.rend() && truth.timeS - last->timeS < kIntervalS &&
            leastDifference(last->patch, patch) < kChanged)
            continue;
        const bool clear = face.visibleShare >= kLeastSeen && face.turned <= kMostTurned;
        glimpses_.push_back({face.person, truth.timeS, clear, patch, quarterOf(patch)});
    }
}

/** Those of the patches that are worth a closer look. */
std::vector<const Oracle::Glimpse *> Oracle::likely(const cv::Mat &face) const
{
    constexpr std::size_t kLooks = 24;
    const cv::Mat small = quarterOf(face);
    std::vector<std::pair<double, const Glimpse *>> all;
    for (const Glimpse &glimpse : glimpses_)
        all.emplace_back(leastDifference(glimpse.small, small), &glimpse);
    const std::size_t looks = std::min(kLooks, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(looks), all.end());
    std::vector<const Glimpse *> best;
    for (std::size_t i = 0; i < looks; ++i)
        best.push_back(all[i].second);
    return best;
}

void Oracle::recognise(const cv::Mat &photo, Verdict &verdict) const
{
    struct Nearest {
        double difference = 1;
        bool clear = false;
    };
    std::map<std::string, Nearest> people;
    const auto glimpses = likely(cutOut(photo, verdict.sighting.box, kFacePx));
    // The detector's box of the same face differs a little from picture to picture.
    for (const double grow : {-0.12, -0.06, 0.0, 0.06, 0.12}) {
        const cv::Mat probe = cutOut(photo, core::grown(verdict.sighting.box, grow), kFacePx);
        for (const Glimpse *glimpse : glimpses) {
            Nearest &nearest = people[glimpse->person];
            const double difference = leastDifference(glimpse->patch, probe);
            if (difference < nearest.difference)
                nearest = {difference, glimpse->clear};
        }
    }
    for (const auto &[person, nearest] : people) {
        if (nearest.difference >= verdict.difference) {
            verdict.next = std::min(verdict.next, nearest.difference);
            continue;
        }
        verdict.next = verdict.difference;
        verdict.difference = nearest.difference;
        verdict.person = person;
        verdict.fine = nearest.clear;
    }
    if (verdict.difference > kMostDifference)
        verdict.person.clear();
}

Verdict Oracle::judge(std::span<const std::uint8_t> photo)
{
    const std::lock_guard lock(mutex_);
    Verdict verdict;
    verdict.sighting = recogniser_->look(photo);
    if (verdict.sighting.errorCode)
        return verdict;
    const server::Quality &quality = verdict.sighting.quality;
    const cv::Mat picture =
        cv::imdecode(std::vector<std::uint8_t>(photo.begin(), photo.end()), cv::IMREAD_COLOR);
    recognise(picture, verdict);
    verdict.enrolled = !strangers_.contains(verdict.person);
    verdict.fine &= quality.exposureFine && quality.contrastFine && quality.blurFine;
    verdict.fine |= takesPoor_;
    return verdict;
}

Oracle::Answer Oracle::answerFor(const Verdict &verdict)
{
    if (const int code = verdict.sighting.errorCode)
        return {400, server::errorJson(code, server::errorInfo(code))};
    server::IdentifyAnswer answer;
    answer.sighting = verdict.sighting;
    if (!verdict.person.empty() && verdict.enrolled)
        answer.match =
            server::Match{verdict.person, verdict.fine ? kSimilarityFine : kSimilarityPoor};
    return {200, server::identifyJson(answer, {})};
}

} // namespace ooto::visits
