// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a face is between two detections.
#pragma once

#include "core/box.h"
#include "core/frame_times.h"

namespace ooto::core
{

/**
 * A constant-velocity model of one box: the centre moves linearly, the size by a constant factor
 * per second. Boxes are in 0..1 of the frame. Not thread-safe.
 */
class Motion
{
public:
    Motion(StreamTime time, const Box &detected) : time_(time), box_(detected) {}

    /** Takes a new detection in. @param time later than that of the last one */
    void correct(StreamTime time, const Box &detected);

    /**
     * The box at `time`. Motion is believed in full for `trusted` after the last detection and
     * then fades out within some 0.3 s: nobody walks on for ever.
     */
    Box predict(StreamTime time, StreamTime trusted) const;

    StreamTime lastSeen() const { return time_; }
    const Box &lastBox() const { return box_; }
    /** False until two detections were seen. */
    bool knowsVelocity() const { return knowsVelocity_; }

private:
    StreamTime time_;
    Box box_; ///< as last detected
    bool knowsVelocity_ = false;
    Point velocity_;     ///< of the centre, frame sizes per second
    double growthX_ = 0; ///< ln(width factor) per second
    double growthY_ = 0; ///< ln(height factor) per second
};

} // namespace ooto::core
