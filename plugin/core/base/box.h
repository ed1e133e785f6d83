// SPDX-License-Identifier: LGPL-2.1-or-later
// Points and axis-aligned boxes; whose pixels they are in is said where they are used.
#pragma once

#include <algorithm>
#include <array>

namespace ooto::core
{

struct Point {
    double x = 0;
    double y = 0;

    bool operator==(const Point &) const = default;
};

/**
 * The five landmarks that face detectors and the identify service agree on, in this order: the
 * person's right eye (left in the image), left eye, nose tip, right and left mouth corner.
 */
using Landmarks = std::array<Point, 5>;

/** A box with its top left corner at (x, y). Empty when a side is not positive. */
struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;

    double right() const { return x + width; }
    double bottom() const { return y + height; }
    double area() const { return empty() ? 0 : width * height; }
    bool empty() const { return !(width > 0 && height > 0); }
    Point centre() const { return {x + width / 2, y + height / 2}; }
    double shorterSide() const { return std::min(width, height); }
    bool operator==(const Box &) const = default;
};

/** The part that both boxes cover; an empty box when they do not meet. */
inline Box intersection(const Box &a, const Box &b)
{
    const double left = std::max(a.x, b.x);
    const double top = std::max(a.y, b.y);
    return {left, top, std::max(0.0, std::min(a.right(), b.right()) - left),
            std::max(0.0, std::min(a.bottom(), b.bottom()) - top)};
}

/** Intersection over union, 0..1. */
inline double iou(const Box &a, const Box &b)
{
    const double shared = intersection(a, b).area();
    const double all = a.area() + b.area() - shared;
    return all > 0 ? shared / all : 0;
}

/** The same box in a picture that is `sx` times as wide and `sy` times as high. */
inline Box scaled(const Box &box, double sx, double sy)
{
    return {box.x * sx, box.y * sy, box.width * sx, box.height * sy};
}

/** Where a point lies in a box, as 0..1 of its sides. @param box not empty */
inline Point relativeTo(const Box &box, const Point &point)
{
    return {(point.x - box.x) / box.width, (point.y - box.y) / box.height};
}

/** The box moved out on each side by a share of its own width and height. */
inline Box grown(const Box &box, double share)
{
    return {box.x - share * box.width, box.y - share * box.height, box.width * (1 + 2 * share),
            box.height * (1 + 2 * share)};
}

/** A box that lay so on `from`, in the same place on `to`. @param from not empty */
inline Box moved(const Box &box, const Box &from, const Box &to)
{
    const double sx = to.width / from.width;
    const double sy = to.height / from.height;
    return {to.x + (box.x - from.x) * sx, to.y + (box.y - from.y) * sy, box.width * sx,
            box.height * sy};
}

} // namespace ooto::core
