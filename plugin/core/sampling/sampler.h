// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames of a stream are looked at.
#pragma once

#include "core/base/frame_times.h"

#include <optional>

namespace ooto::core
{

/**
 * Picks frames at a steady rate of running time, whatever the frame rate is and however unevenly
 * frames come. Not thread-safe.
 */
class Sampler
{
public:
    /** Time from sample to sample; zero: every frame. */
    void setInterval(StreamTime interval) { interval_ = interval; }
    StreamTime interval() const { return interval_; }

    /** To be called once per frame. @return true when the frame at this time is a sample */
    bool step(StreamTime runningTime);
    /** The next frame is a sample, wherever in time it lies (after a flush). */
    void reset() { next_.reset(); }

private:
    StreamTime interval_{0};
    std::optional<StreamTime> next_;
};

} // namespace ooto::core
