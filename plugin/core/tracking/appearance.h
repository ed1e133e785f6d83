// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person looks like to a camera from sample to sample: hair, face and clothes as colours.
#pragma once

#include <array>
#include <optional>

namespace ooto::core
{

/**
 * Colour histograms of three zones one below the other; each sums up to 1, or is all zero where the
 * zone is not in the picture. Not a biometric: it tells two people in one view apart for seconds,
 * by what they wear, and is never kept beyond their visit.
 */
struct Appearance {
    static constexpr int binsPerZone = 24;
    using Zone = std::array<float, binsPerZone>;
    std::array<Zone, 3> zones{}; ///< hair, face, clothes

    bool operator==(const Appearance &) const = default;
};

/** What likeness() says where no zone is in both: nothing for and nothing against. */
inline constexpr double neutralLikeness = 0.735;

/**
 * How alike two people look, 0..1; 1 is the same. 1 - the Hellinger distance of each zone's
 * histograms; clothes and hair weigh more than the face, which turns away. Zones that either lacks
 * are left out; neutralLikeness where none is left.
 */
double likeness(const Appearance &a, const Appearance &b);
/** The same; nothing where either is unknown or no zone is in both. */
std::optional<double> likeness(const std::optional<Appearance> &a,
                               const std::optional<Appearance> &b);

/** Moves `known` towards `now` by a share of the difference; zones that it lacks are taken over. */
void blend(Appearance &known, const Appearance &now, double share);

} // namespace ooto::core
