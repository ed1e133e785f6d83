// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/motion.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

// Detectors' boxes of a face that keeps still jitter by 2-4 % of their size.
constexpr double positionNoise = 0.035;
constexpr double sizeNoise = 0.045;
// How people change their pace, box sizes² per s³. What starting, stopping and turning takes at
// most is some 3 m/s² for 0.3 s: how far off a prediction may be. The box follows best with less
// (tried: 0.5 to 25, on made and real walks): most of the time people just go on.
constexpr double mostUnrest = 12;
constexpr double unrest = 3;
// Faces come closer slowly, compared to that.
constexpr double growthUnrest = 0.08;
// Before the second detection: a third of the frame per second with a face of a sixteenth of it.
constexpr double firstSpeed = 5;
constexpr double firstGrowth = 0.5;
// No face grows or shrinks faster than by this factor (as ln) per second for long.
constexpr double fastestGrowth = 1.5;
// A prediction that is off by more standard deviations than this: the person turned or stopped.
constexpr double surprise = 1.5;
// How many times its own variance a rate² has to exceed to be half believed.
constexpr double shrinkage = 0.7;
constexpr double fadeSeconds = 0.3;

double seconds(StreamTime time)
{
    return std::chrono::duration<double>(time).count();
}

double square(double value)
{
    return value * value;
}

void correctPosition(RateFilter &filter, double dt, double measured, double side, double noise)
{
    filter.advance(dt, unrest * square(side));
    const double variance = square(positionNoise * noise * side);
    const double off = measured - filter.value();
    if (square(off) > square(surprise) * (filter.variance() + variance))
        filter.disturb(square(off / dt));
    filter.correct(measured, variance);
}

void correctSize(RateFilter &filter, double dt, double measured, double noise)
{
    filter.advance(dt, growthUnrest);
    filter.correct(measured, square(sizeNoise * noise));
}

double growth(const RateFilter &filter)
{
    return std::clamp(filter.certainRate(), -fastestGrowth, fastestGrowth);
}

} // namespace

void RateFilter::advance(double seconds, double unrest)
{
    value_ += rate_ * seconds;
    valueVariance_ = varianceAfter(seconds, unrest);
    covariance_ += seconds * rateVariance_ + unrest * square(seconds) / 2;
    rateVariance_ += unrest * seconds;
}

double RateFilter::varianceAfter(double seconds, double unrest) const
{
    return valueVariance_ + 2 * seconds * covariance_ + square(seconds) * rateVariance_ +
           unrest * seconds * square(seconds) / 3;
}

double RateFilter::certainRate() const
{
    const double power = square(rate_);
    return power > 0 ? rate_ * power / (power + shrinkage * rateVariance_) : 0;
}

void RateFilter::correct(double measured, double variance)
{
    const double off = measured - value_;
    const double all = valueVariance_ + variance;
    const double gain = valueVariance_ / all;
    const double rateGain = covariance_ / all;
    value_ += gain * off;
    rate_ += rateGain * off;
    rateVariance_ -= rateGain * covariance_;
    covariance_ *= 1 - gain;
    valueVariance_ *= 1 - gain;
}

Motion::Motion(StreamTime time, const Box &detected)
    : time_(time),
      box_(detected),
      x_(detected.centre().x, square(positionNoise * detected.width),
         square(firstSpeed * detected.width)),
      y_(detected.centre().y, square(positionNoise * detected.height),
         square(firstSpeed * detected.height)),
      lnWidth_(std::log(detected.width), square(sizeNoise), square(firstGrowth)),
      lnHeight_(std::log(detected.height), square(sizeNoise), square(firstGrowth))
{
}

void Motion::correct(StreamTime time, const Box &detected, double noise)
{
    const double dt = seconds(time - time_);
    if (dt <= 0 || detected.empty())
        return;
    correctPosition(x_, dt, detected.centre().x, detected.width, noise);
    correctPosition(y_, dt, detected.centre().y, detected.height, noise);
    correctSize(lnWidth_, dt, std::log(detected.width), noise);
    correctSize(lnHeight_, dt, std::log(detected.height), noise);
    knowsVelocity_ = true;
    time_ = time;
    box_ = detected;
}

Box Motion::predict(StreamTime time, StreamTime trusted) const
{
    const double dt = std::max(0.0, seconds(time - time_));
    const double full = std::min(dt, seconds(trusted));
    const double moved = full + fadeSeconds * (1 - std::exp(-(dt - full) / fadeSeconds));

    const Point centre{x_.value() + x_.certainRate() * moved,
                       y_.value() + y_.certainRate() * moved};
    const double width = std::exp(lnWidth_.value() + growth(lnWidth_) * moved);
    const double height = std::exp(lnHeight_.value() + growth(lnHeight_) * moved);
    return {centre.x - width / 2, centre.y - height / 2, width, height};
}

Spread Motion::spread(StreamTime time) const
{
    const double dt = std::max(0.0, seconds(time - time_));
    const auto relative = [dt](const RateFilter &filter, double side) {
        return std::sqrt(filter.varianceAfter(dt, mostUnrest * square(side)) / square(side) +
                         square(positionNoise));
    };
    return {relative(x_, std::exp(lnWidth_.value())), relative(y_, std::exp(lnHeight_.value())),
            std::sqrt(lnWidth_.varianceAfter(dt, growthUnrest) + square(sizeNoise))};
}

void Motion::shift(const Point &by)
{
    x_.shift(by.x);
    y_.shift(by.y);
    box_.x += by.x;
    box_.y += by.y;
}

Point Motion::velocity() const
{
    return {x_.certainRate() / std::exp(lnWidth_.value()),
            y_.certainRate() / std::exp(lnHeight_.value())};
}

} // namespace ooto::core
