// SPDX-License-Identifier: LGPL-2.1-or-later
// Between two samples: whether what is at a face's place in this frame is still what was there.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_times.h"
#include "core/tracking/track_ids.h"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace ooto::core
{

/** A face that is shown, and when it was last looked at. */
struct WatchedFace {
    TrackId id = 0;
    Box box;              ///< in this frame, 0..1 of it
    StreamTime seenAt{0}; ///< of the last sample in which it was found
};

/** How bright a part of a frame is, on a grid. */
struct Patch {
    static constexpr int side = 10;
    std::array<float, side * side> luma{}; ///< row by row, 0..255
};

/**
 * -1..1; 1 is the same but for brightness and contrast. Of two even ones 1.
 */
double patchSimilarity(const Patch &a, const Patch &b);

/**
 * A name is shown on every frame, but faces are looked at five times a second. A cut, or another
 * picture of a slow stream, is noticed on its first frame by a coarse look at each face's place:
 * the name is not shown until a sample has looked closer. Thread-bound: *streaming*.
 */
class FaceWatch
{
public:
    /** Nothing where the frame cannot be read. @param box 0..1 of the frame */
    using Read = std::function<std::optional<Patch>(const Box &box)>;

    /** To be told of each frame, in order. */
    void look(StreamTime now, const std::vector<WatchedFace> &faces, const Read &read);
    /** Samples were looked at since. */
    void noteSamples(const std::vector<WatchedFace> &faces);
    /** May be another person than the last sample saw. */
    bool isUncertain(TrackId id) const;
    bool anyUncertain() const;
    /** One became uncertain in this frame, which should be a sample. */
    bool wantsSample() const { return wantsSample_; }
    void forget() { *this = {}; }

private:
    struct Place {
        std::optional<Patch> patch; ///< of the last frame
        Box box;
        StreamTime at{0};
        std::optional<StreamTime> uncertainSince;
    };

    std::map<TrackId, Place> places_;
    bool wantsSample_ = false;
};

} // namespace ooto::core
