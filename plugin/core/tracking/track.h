// SPDX-License-Identifier: LGPL-2.1-or-later
// One face through the samples that it was seen in.
#pragma once

#include "core/tracking/continuity.h"
#include "core/tracking/motion.h"
#include "core/tracking/observation.h"
#include "core/tracking/track_ids.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ooto::core
{

/** Another face that came so close that the two may have been taken for each other. */
struct Contact {
    TrackSerial other = 0;
    StreamTime lastOverlap{0}; ///< when they overlapped last
    Motion before;             ///< this track's motion when they were last told apart
    /** One of the two was not found since, and may be where the other is now. */
    bool hidden = false;
    bool unclear = false; ///< their detections could as well be the other way round

    bool unsettled() const { return hidden || unclear; }
};

struct Track {
    enum class State {
        Tentative, ///< seen in fewer samples than it takes to be believed
        Confirmed, ///< seen in the last sample, or missed in one
        Lost,      ///< missed in more than one sample: waited for where it went
    };

    Track(const Motion &start, TrackSerial birth) : serial(birth), motion(start), continuity(birth)
    {
    }

    TrackId id = 0;                        ///< 0 while tentative
    std::optional<std::uint64_t> objectId; ///< that of its observations
    TrackSerial serial;
    State state = State::Tentative;
    Motion motion;
    double score = 0;                   ///< of the last detection
    std::optional<Landmarks> landmarks; ///< of the last detection, 0..1 of its box
    unsigned hits = 0;                  ///< strong detections
    unsigned missed = 0;                ///< samples since the last detection
    /** Whether this sample was searched where its face must be. */
    bool looked = true;
    /** Detections in a row that were where the motion said. */
    unsigned steady = 0;
    StreamTime firstSeen{0};
    Box firstBox;             ///< as first detected
    StreamTime lastStrong{0}; ///< the last detection that was not weak
    bool overlapping = false; ///< another face's box covers part of its box now
    bool crowded = false;     ///< or nearly does, so that a neighbour's hair or shoulder may

    /** The mean colours of hair, face and clothes: a hint to which detection is whose. */
    std::optional<Appearance> reference;
    std::vector<Contact> contacts;
    Continuity continuity; ///< whether it still shows the same person

    bool confirmed() const { return state != State::Tentative; }
    StreamTime lastSeen() const { return motion.lastSeen(); }
};

} // namespace ooto::core
