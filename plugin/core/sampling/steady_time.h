// SPDX-License-Identifier: LGPL-2.1-or-later
// Which time it is, whatever a stream's time stamps say.
#pragma once

#include "core/base/frame_times.h"

#include <array>
#include <optional>

namespace ooto::core
{

/**
 * Makes a time line that never goes back of stamps that stray, jump, stand still or are missing.
 *
 * A stamp is believed at once where it goes on from the one before: by at most a second more than
 * the frames are usually apart, or by as much as has passed in arrival (a camera that stalled), or
 * by up to three times the usual distance (a slow stream). Any other is a stray at first: its frame
 * gets the time that was expected. Where the frames after it go on from the new stamp, the jump
 * stays: the time line goes on from where it was, and the jump is told once. Not thread-safe.
 */
class SteadyTime
{
public:
    struct Frame {
        std::optional<StreamTime> stamp;    ///< running time by the stream; absent without a stamp
        std::optional<StreamTime> interval; ///< from frame to frame, by the caps; absent if unknown
        StreamTime arrival{0}; ///< when the frame came, by a clock that never goes back
        StreamTime begin{0};   ///< where time begins if the first frame has no stamp
    };

    struct Time {
        StreamTime now{0};        ///< never less than before
        bool jumped = false;      ///< the stamps go on elsewhere, by a second or more
        bool undecided = false;   ///< maybe a jump, where arrival does not say that no time passed
        bool standsStill = false; ///< the stamps do; said once
    };

    Time noteFrame(const Frame &frame);
    /** The stream says that it has nothing from `begin` to `end` (running time). */
    Time noteGap(const std::optional<StreamTime> &begin, const std::optional<StreamTime> &end,
                 StreamTime arrival);
    /** Another stream, or a flush: its first stamp is the new time line's, and no jump. */
    void startAnew();
    /** A new segment: if its first stamp is elsewhere, that is a jump at once. */
    void expectJump() { jumpExpected_ = true; }

private:
    struct Candidate {
        StreamTime last;  ///< stamp
        StreamTime since; ///< arrival of its first frame
        StreamTime step;  ///< from the time that was expected
        StreamTime interval{0};
        int frames = 1;
    };

    Time move(const Frame &frame, StreamTime passed);
    Time standStill(const Frame &frame, StreamTime passed);
    Time suspect(const Frame &frame, StreamTime passed);
    Time rebase(const Frame &frame, StreamTime passed, StreamTime step);
    void believe(StreamTime stamp, StreamTime passed, StreamTime expected);
    StreamTime noteArrival(StreamTime arrival);
    bool isSame(StreamTime stamp) const;
    bool isFast() const;
    bool isPaced() const;
    bool isPlausible(const Frame &frame, StreamTime passed) const;
    bool goesOn(const Candidate &candidate, StreamTime stamp, StreamTime passed) const;
    std::optional<StreamTime> usualInterval(const Frame &frame) const;
    StreamTime expectedStep(const Frame &frame, StreamTime passed) const;
    void learn(StreamTime interval);

    std::optional<StreamTime> now_;
    std::optional<StreamTime> stamp_; ///< the last that was believed
    std::optional<StreamTime> arrival_;
    StreamTime offset_{0}; ///< from stamps to ours
    std::optional<Candidate> candidate_;
    std::array<StreamTime, 8> intervals_{};
    unsigned learnt_ = 0;   ///< intervals
    double stampSum_ = 0;   ///< ns, fading: how fast stamps go ...
    double arrivalSum_ = 0; ///< ... beside arrival
    unsigned frames_ = 0;
    unsigned still_ = 0; ///< frames in a row with one stamp
    bool stillTold_ = false;
    bool gapEnded_ = false; ///< where the next frame is expected
    bool startsAnew_ = false;
    bool jumpExpected_ = false;
};

} // namespace ooto::core
