// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/appearance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ooto::core
{

namespace
{

constexpr std::array<double, 3> zoneWeight = {0.35, 0.2, 0.45}; // hair, face, clothes

double sum(const Appearance::Zone &zone)
{
    return std::accumulate(zone.begin(), zone.end(), 0.0);
}

/** Sums need not be exactly 1: blending and rounding leave a little. */
double zoneLikeness(const Appearance::Zone &a, double sumA, const Appearance::Zone &b, double sumB)
{
    double shared = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        shared += std::sqrt(static_cast<double>(a[i]) * b[i]);
    return 1 - std::sqrt(std::max(0.0, 1 - shared / std::sqrt(sumA * sumB)));
}

/** The weighted mean, 0..1, and the weight that it rests on. */
struct Comparison {
    double likeness = 0;
    double weight = 0;
};

Comparison compare(const Appearance &a, const Appearance &b)
{
    Comparison all;
    for (std::size_t zone = 0; zone < a.zones.size(); ++zone) {
        const double sumA = sum(a.zones[zone]);
        const double sumB = sum(b.zones[zone]);
        if (sumA <= 0 || sumB <= 0)
            continue;
        all.likeness += zoneWeight[zone] * zoneLikeness(a.zones[zone], sumA, b.zones[zone], sumB);
        all.weight += zoneWeight[zone];
    }
    if (all.weight > 0)
        all.likeness /= all.weight;
    return all;
}

} // namespace

double likeness(const Appearance &a, const Appearance &b)
{
    const Comparison all = compare(a, b);
    return all.weight > 0 ? all.likeness : neutralLikeness;
}

std::optional<double> likeness(const std::optional<Appearance> &a,
                               const std::optional<Appearance> &b)
{
    if (!a || !b)
        return std::nullopt;
    const Comparison all = compare(*a, *b);
    return all.weight > 0 ? std::optional(all.likeness) : std::nullopt;
}

void blend(Appearance &known, const Appearance &now, double share)
{
    for (std::size_t zone = 0; zone < known.zones.size(); ++zone) {
        if (sum(now.zones[zone]) <= 0)
            continue;
        const double part = sum(known.zones[zone]) > 0 ? share : 1;
        for (std::size_t i = 0; i < now.zones[zone].size(); ++i) {
            float &bin = known.zones[zone][i];
            bin += static_cast<float>(part * (now.zones[zone][i] - bin));
        }
    }
}

} // namespace ooto::core
