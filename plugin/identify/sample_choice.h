// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames of the stream are samples.
#pragma once

#include "core/base/frame_times.h"
#include "core/sampling/sampler.h"

#include <optional>

namespace ooto::identify
{

/** Pure; not thread-safe. All times are running times. */
class SampleChoice
{
public:
    /** What there is to know of a frame. */
    struct Frame {
        core::StreamTime time{0};
        bool whole = true;        ///< not marked as corrupted, nor for decoding only
        bool lacksFaces = false;  ///< elements upstream find the faces, and left none on it
        bool analysisIdle = true; ///< one can be taken now
        bool crowded = false;     ///< the last one waited for its turn after other cameras'
        bool mayCrowd = false;    ///< urgent samples may follow each other at once
        bool active = true;       ///< samples are wanted at all
    };
    enum class Choice {
        Pass,    ///< no sample
        Sample,  ///< to be analysed
        Skipped, ///< it was due, and found the analysis busy
    };

    /** Zero: every frame. */
    void setInterval(core::StreamTime interval) { sampler_.setInterval(interval); }
    /** A face may be somebody else's: the next frame is to be a sample. */
    void hurry() { urgent_ = true; }
    bool isUrgent() const { return urgent_; }
    /** Time did not go on from the frame before, so the next sample should not be long in coming.
     */
    void noteJump();
    /** Whether there was a jump since the last sample; from now on there was none. */
    bool claimJump();
    /** The sample that claimed the jump came to nothing: the next one tells of it. */
    void returnJump() { jumped_ = true; }
    /** To be told of each frame in order. */
    Choice choose(const Frame &frame);
    /** Tracks ended: what comes next is looked at as soon as it is there. */
    void beginAnew();
    /** Another stream: what was broken before is of no matter. */
    void forgetBroken() { lastWhole_.reset(); }

private:
    bool waitsForAWholeOne(const Frame &frame) const;

    core::Sampler sampler_;
    std::optional<core::StreamTime> due_; ///< since when a sample is due that was not taken
    std::optional<core::StreamTime> last_;
    std::optional<core::StreamTime> lastWhole_; ///< the last frame that is no broken one
    bool urgent_ = false;
    bool jumped_ = false;
};

} // namespace ooto::identify
