// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/shot_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace ooto::core
{

namespace
{

// The vendor advises 200 px and answers from about 48 px on.
constexpr double fullSizePx = 200;
constexpr double usualLeastPx = 48;
constexpr double sizeOfSmallest = 0.45;
constexpr double sizeOfTooSmall = 0.25;

/**
 * How far the nose's tip stands out, as shares of the distance between the eyes and of that from
 * eyes to mouth; and where it is between eyes and mouth of somebody who looks straight ahead.
 * Seen in the landmarks of two portraits and of 182 faces in two clips.
 */
constexpr double noseByEyes = 0.5;
constexpr double noseByHeight = 0.55;
constexpr double noseBelowEyes = 0.55;

// Degrees from which and to which frontality falls.
constexpr double straightYaw = 20;
constexpr double lostYaw = 75;
constexpr double straightPitch = 20;
constexpr double lostPitch = 80;
// A rolled head shows all of its face, but other programs expect it upright.
constexpr double straightRoll = 20;
constexpr double lostRoll = 100;

constexpr double cutMarginCosts = 0.4; ///< for all of the crop, in proportion to what is cut
constexpr double neighbourInMarginCosts = 0.3; ///< for one that covers as much as the face does
constexpr double touchingNeighbourCosts = 0.6; ///< at a tenth of the face's box
constexpr double samePersonIou = 0.6;

double ramp(double value, double from, double to)
{
    return std::clamp((value - from) / (to - from), 0.0, 1.0);
}

double soft(double part)
{
    const double lacking = 1 - std::clamp(part, 0.0, 1.0);
    return 1 - lacking * lacking;
}

double degrees(double radians)
{
    return std::abs(radians) * 180 / std::numbers::pi;
}

double sizePart(double facePx, double minFacePx)
{
    if (!(facePx > 0))
        return 0;
    if (facePx < minFacePx)
        return sizeOfTooSmall * facePx / minFacePx;
    const double least = std::clamp(minFacePx, 1.0, usualLeastPx);
    return sizeOfSmallest +
           (1 - sizeOfSmallest) * ramp(std::log(facePx), std::log(least), std::log(fullSizePx));
}

/** @param landmarks in square pixels of any size */
double frontalityOf(const Landmarks &landmarks)
{
    const auto &[rightEye, leftEye, nose, rightMouth, leftMouth] = landmarks;
    const Point eyes{leftEye.x - rightEye.x, leftEye.y - rightEye.y};
    const Point between{(rightEye.x + leftEye.x) / 2, (rightEye.y + leftEye.y) / 2};
    const Point down{(rightMouth.x + leftMouth.x) / 2 - between.x,
                     (rightMouth.y + leftMouth.y) / 2 - between.y};
    const Point toNose{nose.x - between.x, nose.y - between.y};
    const double height = std::hypot(down.x, down.y);
    // As far as they are apart across the face: on a rolled head the line of the eyes is level.
    const double apart = height > 0 ? (eyes.x * down.y - eyes.y * down.x) / height : 0;
    if (!(apart > 0.1 * height) || !std::isfinite(toNose.x + toNose.y))
        return 0;

    const double along = (toNose.x * down.x + toNose.y * down.y) / height;
    const double across = (toNose.x * down.y - toNose.y * down.x) / height;
    const double yaw = degrees(std::atan(across / apart / noseByEyes));
    const double pitch = degrees(std::atan((along / height - noseBelowEyes) / noseByHeight));
    const double roll = degrees(std::atan2(-down.x, down.y));
    return (1 - ramp(yaw, straightYaw, lostYaw)) * (1 - ramp(pitch, straightPitch, lostPitch)) *
           (1 - ramp(roll, straightRoll, lostRoll));
}

double frontalityPart(const Observation &face, const FrameShape &frame)
{
    if (!face.landmarks)
        return 1;
    const double par = frame.parN > 0 && frame.parD > 0 ? double(frame.parN) / frame.parD : 1;
    Landmarks square = *face.landmarks;
    for (Point &point : square)
        point = {point.x * frame.width * par, point.y * frame.height};
    return frontalityOf(square);
}

double edgePart(const Box &face, const FrameShape &frame, const Box &crop)
{
    if (touchesEdge(face, frame))
        return 0;
    const double seen = intersection(crop, {0, 0, 1, 1}).area() / crop.area();
    return 1 - cutMarginCosts * (1 - seen);
}

double crowdingPart(const Box &face, const std::vector<Observation> &all, const Box &crop)
{
    double part = 1;
    for (const Observation &other : all) {
        if (iou(other.box, face) > samePersonIou)
            continue;
        const double inCrop = intersection(other.box, crop).area() / face.area();
        const double onFace = intersection(other.box, face).area() / face.area();
        part *= 1 - neighbourInMarginCosts * std::min(1.0, inCrop);
        part *= 1 - touchingNeighbourCosts * ramp(onFace, 0, 0.1);
        part *= 1 - ramp(onFace, 0.1, 0.6);
    }
    return part;
}

/** What each part takes the whole down to. */
std::array<std::pair<double, Reason>, 6> factors(const ShotQuality &quality)
{
    return {{{quality.edge, Reason::Edge},
             {quality.frontality, Reason::TurnedAway},
             {soft(quality.sharpness), Reason::Blurred},
             {soft(quality.exposure), Reason::BadlyLit},
             {quality.crowding, Reason::Crowded},
             {quality.size, Reason::TooSmall}}};
}

} // namespace

ShotQuality judgeShot(const Observation &face, const std::vector<Observation> &all,
                      const FrameShape &frame, const ShotMeasures &measures, double margin,
                      double minFacePx)
{
    ShotQuality quality;
    if (face.box.empty() || frame.width <= 0 || frame.height <= 0)
        return quality;
    const Box crop = grown(face.box, std::max(0.0, margin));
    quality.size = sizePart(scaled(face.box, frame.width, frame.height).shorterSide(), minFacePx);
    quality.sharpness = measures.sharpness;
    quality.exposure = measures.exposure;
    quality.frontality = frontalityPart(face, frame);
    quality.edge = edgePart(face.box, frame, crop);
    quality.crowding = crowdingPart(face.box, all, crop);
    quality.total = 1;
    for (const auto &[factor, reason] : factors(quality))
        quality.total *= factor;
    return quality;
}

Reason worstPart(const ShotQuality &quality)
{
    if (quality.total >= plainlyGoodShot)
        return Reason::None;
    const auto parts = factors(quality);
    return std::min_element(parts.begin(), parts.end(),
                            [](const auto &a, const auto &b) { return a.first < b.first; })
        ->second;
}

} // namespace ooto::core
