// SPDX-License-Identifier: LGPL-2.1-or-later
// Monotone cubic interpolation of keyframes: no overshoot, so who stands still stands still.
#include "motion.h"

#include <cstddef>

namespace ooto::scene
{

namespace
{

using Field = double Keyframe::*;

double slope(const Visit &visit, std::size_t from, Field field)
{
    const Keyframe &a = visit[from];
    const Keyframe &b = visit[from + 1];
    return (b.*field - a.*field) / (b.timeS - a.timeS);
}

// The harmonic mean of the slopes on both sides, and a stop where they differ in sign: the
// condition for a monotone piece in Fritsch and Carlson, SIAM J. Numer. Anal. 17 (1980).
double tangent(const Visit &visit, std::size_t at, Field field)
{
    if (at == 0)
        return slope(visit, 0, field);
    if (at + 1 == visit.size())
        return slope(visit, at - 1, field);
    const double before = slope(visit, at - 1, field);
    const double after = slope(visit, at, field);
    return before * after <= 0 ? 0 : 2 * before * after / (before + after);
}

double interpolate(const Visit &visit, std::size_t from, double timeS, Field field)
{
    const double length = visit[from + 1].timeS - visit[from].timeS;
    const double t = (timeS - visit[from].timeS) / length;
    const double u = 1 - t;
    return visit[from].*field * (1 + 2 * t) * u * u +
           tangent(visit, from, field) * length * t * u * u +
           visit[from + 1].*field * t * t * (3 - 2 * t) -
           tangent(visit, from + 1, field) * length * t * t * u;
}

} // namespace

std::optional<Keyframe> placeAt(const Visit &visit, double timeS)
{
    if (visit.size() < 2 || timeS < visit.front().timeS || timeS > visit.back().timeS)
        return std::nullopt;
    std::size_t from = 0;
    while (from + 2 < visit.size() && timeS > visit[from + 1].timeS)
        ++from;
    return Keyframe{timeS, interpolate(visit, from, timeS, &Keyframe::x),
                    interpolate(visit, from, timeS, &Keyframe::y),
                    interpolate(visit, from, timeS, &Keyframe::faceHeight)};
}

} // namespace ooto::scene
