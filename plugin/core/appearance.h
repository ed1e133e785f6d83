// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody looks like to a camera from sample to sample: hair, face and clothes as colours.
#pragma once

#include <array>

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

/** How alike two people look, 0..1; 1 is the same. Zones that either lacks are left out. */
double likeness(const Appearance &a, const Appearance &b);

} // namespace ooto::core
