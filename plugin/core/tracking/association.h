// SPDX-License-Identifier: LGPL-2.1-or-later
// Which detection of a sample is which track's face.
#pragma once

#include "core/tracking/track.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace ooto::core
{

/** When a sample was taken, and how far it is from the others. */
struct SampleClock {
    StreamTime time{0};
    StreamTime interval{0}; ///< between samples, as they really arrive
    double light = 0;       ///< mean luma of the picture, 0..255; 0: not known
};

/** How a detection fits a track that it may belong to. */
struct Fit {
    double cost = 0; ///< -2 ln of how much likelier it is that it does than that it does not
    std::optional<double> likeness;
    /** Distance from where the track was seen to where its motion leads, whichever is nearest. */
    Point off; ///< in mean box sizes, not negative
    bool operator<(const Fit &other) const { return cost < other.cost; }
};

/** @return nothing when they cannot be one face */
std::optional<Fit> fit(const Track &track, const Observation &seen, const SampleClock &now);

/** Where the track's motion leads; believed for longer than a box is shown. */
Box expectedBox(const Motion &motion, StreamTime time);

struct Association {
    std::vector<std::optional<std::size_t>> observationOf; ///< for each track
    std::vector<std::optional<std::size_t>> trackOf;       ///< for each observation
};

/**
 * Strong detections are shared out among all tracks so that the whole fits best; weak ones among
 * the confirmed tracks that got none. Where the faces come with numbers, these decide as
 * far as they go.
 */
Association associate(const std::vector<Track> &tracks, const std::vector<Observation> &seen,
                      const SampleClock &now);

/**
 * How far everything in the picture jumped since the last sample, by what is seen: the one distance
 * of at most a quarter of the frame that explains all of several faces that nothing else does.
 */
std::optional<Point> commonJump(const std::vector<Track> &tracks,
                                const std::vector<Observation> &seen, const SampleClock &now);

} // namespace ooto::core
