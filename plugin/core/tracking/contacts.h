// SPDX-License-Identifier: LGPL-2.1-or-later
// Faces that come so close that one may be mistaken for the other.
#pragma once

#include "core/tracking/association.h"

#include <vector>

namespace ooto::core
{

/**
 * Notes which tracks meet in this sample, and whether it is clear whose detection is whose.
 * @param tracks as they were before this sample's detections were taken in
 */
void noteContacts(std::vector<Track> &tracks, const std::vector<Observation> &seen,
                  const Association &found, const SampleClock &now);

/**
 * Decides about the contacts that are over. Where it was not clear whose detection is whose, both
 * have to be proven; two tracks that are proven to have been mistaken for each other get their own
 * faces back, in `tracks` and in `found`.
 * @param tracks after this sample's detections were taken in
 */
void settleContacts(std::vector<Track> &tracks, const std::vector<Observation> &seen,
                    Association &found, const SampleClock &now);

} // namespace ooto::core
