// SPDX-License-Identifier: LGPL-2.1-or-later
// Which groups of fields are attached and reported.
#pragma once

namespace ooto::metadata
{

/** `facts`, by the bits of the registered flags. */
enum Fact : unsigned {
    FactIdentity = 1 << 0,
    FactLiveness = 1 << 1,
    FactDeepfake = 1 << 2,
    FactQuality = 1 << 3,
    FactLandmarks = 1 << 4,
    FactDemography = 1 << 5,
};

} // namespace ooto::metadata
