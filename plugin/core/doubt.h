// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a track is still the same person's, by itself: contacts.h looks at several together.
#pragma once

#include "core/association.h"

namespace ooto::core
{

/**
 * Whether a strong detection says that the track has changed its person: it jumped, its area
 * doubled at once, or it looks different for long enough. Says so once for each such event.
 * @param track as it was before the detection was taken in
 */
bool mayHaveChanged(Track &track, const Observation &seen, const Fit &how, const SampleClock &now);

/** Updates slowly what the track's person looks like, where it is clear that it is theirs. */
void learnLooks(Track &track, const Observation &seen, StreamTime step, StreamTime now);
/** Somebody new, perhaps. */
void restartReference(Track &track, const Observation &seen);

} // namespace ooto::core
