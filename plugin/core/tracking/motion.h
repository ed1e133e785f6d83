// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a face is between two detections, and how sure that is.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_times.h"

namespace ooto::core
{

/** A value and its rate of change, estimated from noisy measurements at uneven times. */
class RateFilter
{
public:
    RateFilter(double value, double variance, double rateVariance)
        : value_(value), valueVariance_(variance), rateVariance_(rateVariance)
    {
    }

    /** @param unrest power of the random acceleration, value² per s³ */
    void advance(double seconds, double unrest);
    void correct(double measured, double variance);
    /** Says that the rate may have changed by about this much just now. */
    void disturb(double rateVariance) { rateVariance_ += rateVariance; }
    void shift(double by) { value_ += by; }

    double value() const { return value_; }
    double rate() const { return rate_; }
    /** The rate as far as it stands out from its own noise: what keeps still is not set moving. */
    double certainRate() const;
    double variance() const { return valueVariance_; }
    /** Of the value after `seconds` without a measurement. */
    double varianceAfter(double seconds, double unrest) const;

private:
    double value_;
    double rate_ = 0;
    double valueVariance_;
    double covariance_ = 0;
    double rateVariance_;
};

/** Standard deviations of a new detection from the predicted box. */
struct Spread {
    double x = 0;    ///< of the centre, in box widths
    double y = 0;    ///< of the centre, in box heights
    double size = 0; ///< of ln(width) and ln(height)
};

/**
 * A constant-velocity Kalman filter over one box: centre, ln(width) and ln(height), each on its
 * own. All noise is a share of the box. Boxes are in 0..1 of the frame. Not thread-safe.
 */
class Motion
{
public:
    Motion(StreamTime time, const Box &detected);

    /**
     * Takes a new detection in.
     * @param time later than that of the last one
     * @param noise how much less than usual it is to be believed; 1 = as usual
     */
    void correct(StreamTime time, const Box &detected, double noise = 1);

    /**
     * The box at `time`. Motion is believed in full for `trusted` after the last detection and
     * then fades out within some 0.3 s: no face walks on for ever.
     */
    Box predict(StreamTime time, StreamTime trusted) const;
    /** How far off predict() may be. */
    Spread spread(StreamTime time) const;

    /** The camera moved: everything is elsewhere, and no faster than before. */
    void shift(const Point &by);

    StreamTime lastSeen() const { return time_; }
    /** As last detected; moved along by shift(). */
    const Box &lastBox() const { return box_; }
    /** False until two detections were seen. */
    bool knowsVelocity() const { return knowsVelocity_; }
    /** Of the centre as far as it is certain, in box sizes per second. */
    Point velocity() const;

private:
    StreamTime time_;
    Box box_;
    bool knowsVelocity_ = false;
    RateFilter x_;
    RateFilter y_;
    RateFilter lnWidth_;
    RateFilter lnHeight_;
};

} // namespace ooto::core
