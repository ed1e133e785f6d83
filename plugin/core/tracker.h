// SPDX-License-Identifier: LGPL-2.1-or-later
// Which detection of this sample is which face of the last one.
#pragma once

#include "core/frame_times.h"
#include "core/motion.h"
#include "core/observation.h"
#include "core/track_ids.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace ooto::core
{

struct TrackerRules {
    StreamTime holdTime = std::chrono::seconds(1); ///< how long a box outlives its last detection
    unsigned samplesToConfirm = 2; ///< detections before a track is believed; 1 = at once
};

/**
 * Associates detections to tracks from sample to sample by the overlap with where each track's
 * motion says it is now. Not thread-safe.
 *
 * A track is *tentative* until it was seen in `samplesToConfirm` samples, then *confirmed*. Its box
 * is shown while it was detected within the hold time (or two and a half sample intervals, where an
 * analysis takes that long) and lies in the frame. The track itself waits for its face at least 2
 * s, and four sample intervals as they really arrive.
 */
class Tracker
{
public:
    struct Track {
        TrackId id;
        Motion motion;
        double score;                       ///< of the last detection
        std::optional<Landmarks> landmarks; ///< of the last detection, 0..1 of its box
        unsigned hits = 0;                  ///< samples it was seen in
        bool confirmed = false;
    };

    struct Update {
        std::vector<TrackId> confirmed; ///< tracks that became confirmed by this sample
        std::vector<TrackId> ended;     ///< confirmed tracks that ended
        /** For each observation the track that it belongs to; nothing for tentative ones. */
        std::vector<std::optional<TrackId>> trackOf;
    };

    Update update(StreamTime time, const std::vector<Observation> &seen, const TrackerRules &rules);

    /** Time went on without a sample. @return confirmed tracks that ended */
    std::vector<TrackId> advance(StreamTime time, const TrackerRules &rules);
    /** Forgets all tracks. @return the confirmed ones among them */
    std::vector<TrackId> endAll();

    const std::vector<Track> &tracks() const { return tracks_; }
    const Track *find(TrackId id) const;
    /** Where the track's face is now, clipped to the frame; nothing when it is not in view. */
    std::optional<Box> boxAt(const Track &track, StreamTime time, const TrackerRules &rules) const;

private:
    struct Pairing;
    std::vector<Pairing> pairings(StreamTime time, const std::vector<Observation> &seen) const;
    StreamTime trustedMotion() const;
    StreamTime lifeWithoutDetection(const TrackerRules &rules) const;

    std::vector<Track> tracks_;
    std::optional<StreamTime> lastUpdate_;
    StreamTime interval_{0}; ///< between samples, as they really arrive; smoothed
};

} // namespace ooto::core
