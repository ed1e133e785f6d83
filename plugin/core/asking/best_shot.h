// SPDX-License-Identifier: LGPL-2.1-or-later
// The best photo of one face so far, and whether to wait for a better one.
#pragma once

#include "core/asking/shot.h"

#include <optional>

namespace ooto::core
{

/** Not thread-safe. */
class BestShot
{
public:
    /** True when a photo of this quality would be worth encoding. */
    bool wants(const ShotQuality &quality) const;
    /** Takes the photo if it is better than what is held, or as good as the one that failed. */
    void offer(Shot shot, StreamTime now);
    /** Gives the photo away, as to be sent. */
    std::optional<Shot> release();
    /** A photo that could not be delivered comes back, unless a better one came meanwhile. */
    void giveBack(Shot shot, StreamTime now);
    /** Nothing is held, and the window starts anew with the next photo. */
    void clear() { *this = {}; }

    bool empty() const { return !shot_; }
    const Shot *held() const { return shot_ ? &*shot_ : nullptr; }

    /**
     * True when there is nothing to wait for: the photo is plainly good (0.7), nothing better came
     * for 400 ms, or the first one is `window` old.
     */
    bool ripe(StreamTime now, StreamTime window) const;

private:
    std::optional<Shot> shot_;
    StreamTime firstAt_{0};
    StreamTime improvedAt_{0};
};

} // namespace ooto::core
