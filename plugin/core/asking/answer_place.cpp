// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/answer_place.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

constexpr double grownBy = 0.25;
constexpr double mostTimesAsLarge = 3;
constexpr double leastShared = 0.4;
// YuNet's boxes are 2.1 to 2.4 times as large as the longer extent of their landmarks (14 faces of
// clips and portraits).
constexpr double faceOverLandmarks = 2.2;

bool contains(const Box &box, const Point &point)
{
    return point.x >= box.x && point.x <= box.right() && point.y >= box.y &&
           point.y <= box.bottom();
}

/** Of a face from the side only one of its two extents tells the size, hence a square. */
Box faceOf(const Landmarks &landmarks, const Shot &shot)
{
    double left = 1e9;
    double right = -1e9;
    double top = 1e9;
    double bottom = -1e9;
    for (const Point &inPhoto : landmarks) {
        const Point point = shot.plan.toFrame(inPhoto, shot.frame);
        left = std::min(left, point.x * shot.frame.width);
        right = std::max(right, point.x * shot.frame.width);
        top = std::min(top, point.y * shot.frame.height);
        bottom = std::max(bottom, point.y * shot.frame.height);
    }
    const double side = faceOverLandmarks * std::max(right - left, bottom - top);
    return {(left + right - side) / 2, (top + bottom - side) / 2, side, side};
}

/** @param said, @param sent in pixels of the frame */
bool liesOn(const Box &said, const Box &sent)
{
    if (!contains(grown(sent, grownBy), said.centre()))
        return false;
    const double times = std::sqrt(said.area() / sent.area());
    if (!(times <= mostTimesAsLarge && times >= 1 / mostTimesAsLarge))
        return false;
    return intersection(said, sent).area() >= leastShared * std::min(said.area(), sent.area());
}

} // namespace

bool isAboutFace(const Answer &answer, const Shot &shot)
{
    const Box sent = scaled(shot.face, shot.frame.width, shot.frame.height);
    if (sent.empty() || shot.plan.photo.width <= 0 || shot.plan.photo.height <= 0)
        return true;
    if (answer.box)
        return liesOn(
            scaled(shot.plan.toFrame(*answer.box, shot.frame), shot.frame.width, shot.frame.height),
            sent);
    return !answer.landmarks || liesOn(faceOf(*answer.landmarks, shot), sent);
}

} // namespace ooto::core
