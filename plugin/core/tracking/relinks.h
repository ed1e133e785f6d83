// SPDX-License-Identifier: LGPL-2.1-or-later
// Which ended track a new one may go on with.
#pragma once

#include "core/tracking/track.h"

#include <vector>

namespace ooto::core
{

/** Keeps the tracks that ended for as long as a new one may go on with them. Not thread-safe. */
class Relinks
{
public:
    void remember(const Track &ended);
    /** Drops those that were seen before `oldest`. */
    void forgetBefore(StreamTime oldest);
    void forgetAll() { ended_.clear(); }
    void shift(const Point &by);
    /** Whether an ended track of this id is remembered. */
    bool knows(TrackId id) const;
    void forget(TrackId id);

    /**
     * The tracks, ended or lost (or just missed, where the faces came with numbers), that
     * `fresh` may go on with: last seen at most `within` before, at its place or on the way to it,
     * and about as large. Whether one of them is the same person has to be proven.
     * @param tracks all that are alive, `fresh` among them
     */
    std::vector<const Track *> candidatesFor(const Track &fresh, const std::vector<Track> &tracks,
                                             StreamTime within) const;

private:
    std::vector<Track> ended_;
};

} // namespace ooto::core
