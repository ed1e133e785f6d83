// SPDX-License-Identifier: LGPL-2.1-or-later
// Follows faces from sample to sample, and says who a track may be.
#pragma once

#include "core/association.h"
#include "core/relinks.h"
#include "core/track.h"

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

namespace ooto::core
{

struct TrackerRules {
    StreamTime holdTime = std::chrono::seconds(1); ///< how long a box outlives its last detection
    unsigned samplesToConfirm = 2; ///< strong detections before a track is believed; 1 = at once
    /** A track that starts so soon after the end of one at its place goes on with it; 0 = never. */
    StreamTime relinkTime = std::chrono::seconds(5);
};

/**
 * Associates detections to tracks from sample to sample, by where each track's motion says it is
 * now and by what it looks like. Works without appearances, only then more is in doubt. Not
 * thread-safe; the same input gives the same output.
 *
 * A track is *tentative* until it was strongly detected in `samplesToConfirm` samples, then
 * *confirmed*, *lost* while it is missed in more than one sample, and found again or ended. Its box
 * is shown while it was detected within the hold time (or two and a half sample intervals, where an
 * analysis takes that long) and lies in the frame. The track itself waits for its face at least 2
 * s, and four sample intervals as they really arrive.
 *
 * Observations with an `objectId` were followed by who found them: his number decides which track
 * they belong to, is the track's id where it can be, and is believed in at once.
 */
class Tracker
{
public:
    using Track = core::Track;

    struct Confirmed {
        TrackId id = 0;
        /** The track whose person this is, who was out of sight for a while. */
        std::optional<TrackId> continues;

        bool operator==(const Confirmed &) const = default;
    };

    struct Update {
        std::vector<Confirmed> confirmed; ///< tracks that became confirmed by this sample
        std::vector<TrackId> ended;       ///< confirmed tracks that ended
        /** Tracks that may have changed their person; named once for each reason to think so. */
        std::vector<TrackId> doubted;
        /** For each observation the track that it belongs to; nothing for tentative ones. */
        std::vector<std::optional<TrackId>> trackOf;
    };

    /**
     * @param cameraShift how far the picture's contents moved since the last sample, 0..1 of the
     *                    frame; zero where that is not known
     * @param taken       ids that no new track may get
     */
    Update update(StreamTime time, const std::vector<Observation> &seen, const TrackerRules &rules,
                  const Point &cameraShift = {}, const std::set<TrackId> &taken = {});

    /** Time went on without a sample. @return confirmed tracks that ended */
    std::vector<TrackId> advance(StreamTime time, const TrackerRules &rules);
    /** Forgets all tracks, also for relinking. @return the confirmed ones among them */
    std::vector<TrackId> endAll();

    const std::vector<Track> &tracks() const { return tracks_; }
    const Track *find(TrackId id) const;
    /** Where the track's face is now, clipped to the frame; nothing when it is not in view. */
    std::optional<Box> boxAt(const Track &track, StreamTime time, const TrackerRules &rules) const;
    /** Whether the face will touch the frame's edge, or be gone, within 0.4 s. */
    bool leaving(const Track &track, StreamTime time, const TrackerRules &rules) const;

private:
    struct Change; ///< what a sample changed

    void noteTime(StreamTime time);
    void shift(const Point &by);
    void follow(const std::vector<Observation> &seen, Change &change);
    void take(Track &track, const Observation &seen, Change &change);
    void begin(const std::vector<Observation> &seen, Change &change);
    void learn(const std::vector<Observation> &seen, const Change &change);
    void confirm(const TrackerRules &rules, const std::set<TrackId> &taken, Update &result);
    void relink(const TrackerRules &rules, Update &result);
    TrackId newId(const Track &track, const std::set<TrackId> &taken);
    void noteOverlaps();
    StreamTime trustedMotion() const;
    StreamTime relinkTime(const TrackerRules &rules) const;
    StreamTime lifeWithoutDetection(const TrackerRules &rules) const;

    TrackSerial lastSerial_ = 0;
    std::vector<Track> tracks_; ///< in the order of birth
    Relinks relinks_;
    std::optional<StreamTime> lastUpdate_;
    SampleClock now_;
    StreamTime step_{0};  ///< since the last sample
    bool jumped_ = false; ///< the last sample was a jump of the picture that nobody had told of
};

} // namespace ooto::core
