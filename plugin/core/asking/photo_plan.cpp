// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/photo_plan.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

// Formats that store colour for 4 by 4 pixels can only be cut there; a field of an interlaced
// frame has every second line, hence twice that vertically.
constexpr int alignX = 4;
constexpr int alignY = 8;
constexpr double edgeShare = 0.04;
constexpr double edgePx = 2;
constexpr double leastDetectionSide = 320;
// Detectors are blind to faces that are very large in their image (YuNet from some 550 px on), and
// the time they take must stay below that from sample to sample.
constexpr double mostDetectionSide = 1280;
constexpr double trackedShare = 2.0 / 3;

int alignedDown(double value, int step)
{
    return static_cast<int>(std::floor(value / step)) * step;
}

int alignedUp(double value, int step)
{
    return static_cast<int>(std::ceil(value / step)) * step;
}

int wholePx(double value)
{
    return std::max(1, static_cast<int>(std::lround(value)));
}

/** The frame's size in square pixels, stretched along one side so that no detail is lost. */
struct SquareFactor {
    double x = 1;
    double y = 1;
};

SquareFactor squareFactor(const FrameShape &frame)
{
    if (frame.parN <= 0 || frame.parD <= 0)
        return {};
    const double ratio = static_cast<double>(frame.parN) / frame.parD;
    return ratio >= 1 ? SquareFactor{ratio, 1} : SquareFactor{1, 1 / ratio};
}

} // namespace

PhotoPlan planPhoto(const Box &face, const FrameShape &frame, double margin, int longest)
{
    const Box wanted = scaled(grown(face, std::max(0.0, margin)), frame.width, frame.height);
    const int left = std::clamp(alignedDown(wanted.x, alignX), 0, std::max(0, frame.width - 1));
    const int top = std::clamp(alignedDown(wanted.y, alignY), 0, std::max(0, frame.height - 1));
    const int right = std::clamp(alignedUp(wanted.right(), alignX), left + 1, frame.width);
    const int bottom = std::clamp(alignedUp(wanted.bottom(), alignY), top + 1, frame.height);

    PhotoPlan plan;
    plan.source = {left, top, right - left, bottom - top};
    const SquareFactor square = squareFactor(frame);
    const double width = plan.source.width * square.x;
    const double height = plan.source.height * square.y;
    const double scale = std::min(1.0, longest / std::max(width, height));
    plan.photo = {std::min(longest, wholePx(width * scale)),
                  std::min(longest, wholePx(height * scale))};
    return plan;
}

double marginClearOf(const std::vector<Box> &others, const Box &face, const FrameShape &frame,
                     double usual, double wanted)
{
    if (wanted <= usual || face.empty())
        return wanted;
    const Box px = scaled(face, frame.width, frame.height);
    double margin = wanted;
    for (const Box &other : others) {
        const Box there = scaled(other, frame.width, frame.height);
        // A crop is rounded outwards by a step at most.
        const double asideX =
            std::max(there.x - px.right(), px.x - there.right()) - static_cast<double>(alignX);
        const double asideY =
            std::max(there.y - px.bottom(), px.y - there.bottom()) - static_cast<double>(alignY);
        margin = std::min(margin, std::max(asideX / px.width, asideY / px.height));
    }
    return std::max(usual, margin);
}

Point PhotoPlan::toFrame(const Point &inPhoto, const FrameShape &frame) const
{
    return {(source.x + inPhoto.x * source.width / photo.width) / frame.width,
            (source.y + inPhoto.y * source.height / photo.height) / frame.height};
}

Box PhotoPlan::toFrame(const Box &inPhoto, const FrameShape &frame) const
{
    const Point topLeft = toFrame(Point{inPhoto.x, inPhoto.y}, frame);
    const Point bottomRight = toFrame(Point{inPhoto.right(), inPhoto.bottom()}, frame);
    return {topLeft.x, topLeft.y, bottomRight.x - topLeft.x, bottomRight.y - topLeft.y};
}

Box PhotoPlan::toPhoto(const Box &inFrame, const FrameShape &frame) const
{
    const double sx = static_cast<double>(photo.width) / source.width;
    const double sy = static_cast<double>(photo.height) / source.height;
    const Box px = scaled(inFrame, frame.width, frame.height);
    return {(px.x - source.x) * sx, (px.y - source.y) * sy, px.width * sx, px.height * sy};
}

bool touchesEdge(const Box &face, const FrameShape &frame)
{
    const Box px = scaled(face, frame.width, frame.height);
    const double nearX = std::max(edgePx, edgeShare * px.width);
    const double nearY = std::max(edgePx, edgeShare * px.height);
    return px.x < nearX || px.y < nearY || px.right() > frame.width - nearX ||
           px.bottom() > frame.height - nearY;
}

double trackedFacePx(double minFacePx)
{
    return trackedShare * minFacePx;
}

PixelSize detectionSize(const FrameShape &frame, double minFacePx, double detectorFacePx)
{
    const SquareFactor square = squareFactor(frame);
    const double width = frame.width * square.x;
    const double height = frame.height * square.y;
    const double smallest = std::max(1.0, trackedFacePx(minFacePx));
    const double longer = std::max(width, height);
    const double wanted = std::clamp(detectorFacePx / smallest, leastDetectionSide / longer,
                                     std::max(leastDetectionSide, mostDetectionSide) / longer);
    const double scale = std::min(1.0, wanted);
    return {wholePx(width * scale), wholePx(height * scale)};
}

} // namespace ooto::core
