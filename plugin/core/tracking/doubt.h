// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a detection goes on from where its track was.
#pragma once

#include "core/tracking/association.h"

namespace ooto::core
{

/**
 * Whether the face is so far from where the track leads, or so much larger or smaller, that it has
 * to be proven the same.
 * @param track as it was before the detection was taken in
 */
bool jumped(const Track &track, const Observation &seen, const Fit &how, const SampleClock &now);

} // namespace ooto::core
