// SPDX-License-Identifier: LGPL-2.1-or-later
// Follows faces from sample to sample.
#pragma once

#include "core/sampling/search_planner.h"
#include "core/tracking/association.h"
#include "core/tracking/relinks.h"
#include "core/tracking/track.h"

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
 * Observations with an `objectId` were followed by the element upstream that found them. Its number
 * decides which track they belong to. It is the track's id where it can be, and such a track is
 * confirmed at once.
 */
class Tracker
{
public:
    using Track = core::Track;

    /** A track that is proven to show the person of another one, which had ended. */
    struct Relinked {
        TrackId id = 0;
        TrackId past = 0; ///< the same as `id` where it was given again

        bool operator==(const Relinked &) const = default;
    };

    struct Update {
        std::vector<TrackId> confirmed; ///< tracks that became confirmed by this sample
        std::vector<TrackId> ended;     ///< confirmed tracks that ended
        std::vector<Relinked> relinked;
        /** For each observation the track that it belongs to; nothing for tentative ones. */
        std::vector<std::optional<TrackId>> trackOf;
    };

    /**
     * @param taken ids that no new track may get
     * @param search where the sample was searched: tracks elsewhere were not missed
     */
    Update update(StreamTime time, const std::vector<Observation> &seen, const TrackerRules &rules,
                  const PictureChange &picture = {}, const std::set<TrackId> &taken = {},
                  const SearchPlan &search = {});
    /** Where the faces must be at this time, and how closely each has to be followed. */
    std::vector<FaceToFind> facesToFind(StreamTime time) const;
    /** A sample was not searched for faces, since nothing moved and no face was in view. */
    void passSample(StreamTime time) { noteTime(time); }

    /** A frame came: tracks wait for two of them at least, however rare they are. */
    void noteFrame(StreamTime time);
    /** Time went on without a sample. @return confirmed tracks that ended */
    std::vector<TrackId> advance(StreamTime time, const TrackerRules &rules);
    /** Forgets all tracks, also for relinking. @return the confirmed ones among them */
    std::vector<TrackId> endAll();
    /** The service said who is on a track that was in doubt. */
    void noteAnswer(TrackId id, bool samePerson);
    /** Whether a track may still turn out to go on with this one, which ended. */
    bool mayGoOn(TrackId past) const;

    const std::vector<Track> &tracks() const { return tracks_; }
    const Track *find(TrackId id) const;
    /** Where the track's face is now, clipped to the frame; nothing when it is not in view. */
    std::optional<Box> boxAt(const Track &track, StreamTime time, const TrackerRules &rules) const;
    /** Where the track's motion says its face is, seen lately or not; may lie beyond the frame. */
    Box predictedBox(const Track &track, StreamTime time) const;
    /** Whether the face will touch the frame's edge, or be gone, within 0.4 s. */
    bool leaving(const Track &track, StreamTime time, const TrackerRules &rules) const;

private:
    std::optional<std::size_t> indexOf(TrackId id) const;
    void noteTime(StreamTime time);
    void noteSearch(const SearchPlan &search);
    void shift(const Point &by);
    std::vector<TrackId> forgetTracks();
    void follow(const std::vector<Observation> &seen, const Association &found);
    void correct(Track &track, const Observation &seen);
    void begin(const std::vector<Observation> &seen, Association &found);
    void noteContinuity(const std::vector<Observation> &seen, const Association &found,
                        bool afterGap, Update &result);
    void learnColours(Track &track, const Observation &seen) const;
    void confirm(const TrackerRules &rules, const std::set<TrackId> &taken, Update &result);
    std::set<TrackId> findPasts(const TrackerRules &rules, Update &result);
    void goOnWith(TrackId past);
    TrackId newId(const Track &track, const std::set<TrackId> &taken);
    void noteOverlaps();
    bool areRare() const;
    StreamTime trustedMotion(const Track &track) const;
    StreamTime relinkTime(const TrackerRules &rules) const;
    StreamTime lifeWithoutDetection(const TrackerRules &rules) const;
    StreamTime waitForFrames() const;

    TrackSerial lastSerial_ = 0;
    std::vector<Track> tracks_; ///< in the order of birth
    Relinks relinks_;
    std::optional<StreamTime> lastUpdate_;
    std::optional<StreamTime> lastFrame_;
    StreamTime frameStep_{0}; ///< from the last frame but one to the last
    SampleClock now_;
    StreamTime step_{0};  ///< since the last sample
    bool jumped_ = false; ///< the last sample was a jump, found by the faces alone
};

} // namespace ooto::core
