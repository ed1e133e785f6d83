// SPDX-License-Identifier: LGPL-2.1-or-later
// One face through the samples that it was seen in.
#pragma once

#include "core/motion.h"
#include "core/observation.h"
#include "core/track_ids.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ooto::core
{

/** Names a track from its first detection on, within one tracker; in the order of birth. */
using TrackSerial = std::uint64_t;

/** Another face that came so close that the two may have been taken for each other. */
struct Contact {
    TrackSerial other = 0;
    StreamTime lastOverlap{0}; ///< when they overlapped last
    Motion before;             ///< this track's motion when they were last told apart
    /** One of the two was not found since, and may be where the other is now. */
    bool hidden = false;
    bool unclear = false;                ///< their detections could as well be the other way round
    std::optional<Appearance> reference; ///< the other's
};

struct Track {
    enum class State {
        Tentative, ///< seen in fewer samples than it takes to be believed
        Confirmed, ///< seen in the last sample, or missed in one
        Lost,      ///< missed in more than one sample: waited for where it went
    };

    explicit Track(const Motion &start) : motion(start) {}

    TrackId id = 0;                        ///< 0 while tentative
    std::optional<std::uint64_t> objectId; ///< that of its observations
    TrackSerial serial = 0;
    State state = State::Tentative;
    Motion motion;
    double score = 0;                   ///< of the last detection
    std::optional<Landmarks> landmarks; ///< of the last detection, 0..1 of its box
    unsigned hits = 0;                  ///< strong detections
    unsigned missed = 0;                ///< samples since the last detection
    StreamTime firstSeen{0};
    Box firstBox;             ///< as first detected
    StreamTime lastStrong{0}; ///< the last detection that was not weak
    bool overlapping = false; ///< another face's box covers part of its box now

    /** How the face and its clothes looked while there was no doubt whose they were. */
    std::optional<Appearance> reference;
    std::vector<Contact> contacts;
    std::optional<StreamTime> upset; ///< when a gap, a jump or a contact last made it uncertain
    unsigned unlikeInARow = 0;       ///< strong detections that do not look like the reference

    bool confirmed() const { return state != State::Tentative; }
    StreamTime lastSeen() const { return motion.lastSeen(); }
};

} // namespace ooto::core
