// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/motion.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

// Share of a newly measured velocity that is taken over. People speed up and turn within a sample
// or two, so most of it; detections jitter by a few percent of the box, so not all of it.
constexpr double velocityGain = 0.75;
constexpr double growthGain = 0.4;
// Nobody's face grows or shrinks faster than by this factor (as ln) per second for long.
constexpr double fastestGrowth = 1.5;
constexpr double fadeSeconds = 0.3;

double seconds(StreamTime time)
{
    return std::chrono::duration<double>(time).count();
}

double blend(double old, double measured, double gain, bool haveOld)
{
    return haveOld ? old + gain * (measured - old) : measured;
}

} // namespace

void Motion::correct(StreamTime time, const Box &detected)
{
    const double dt = seconds(time - time_);
    if (dt > 0 && !box_.empty() && !detected.empty()) {
        const Point from = box_.centre();
        const Point to = detected.centre();
        velocity_.x = blend(velocity_.x, (to.x - from.x) / dt, velocityGain, knowsVelocity_);
        velocity_.y = blend(velocity_.y, (to.y - from.y) / dt, velocityGain, knowsVelocity_);
        const auto growth = [dt](double now, double before) {
            return std::clamp(std::log(now / before) / dt, -fastestGrowth, fastestGrowth);
        };
        growthX_ = blend(growthX_, growth(detected.width, box_.width), growthGain, true);
        growthY_ = blend(growthY_, growth(detected.height, box_.height), growthGain, true);
        knowsVelocity_ = true;
    }
    time_ = std::max(time, time_);
    box_ = detected;
}

Box Motion::predict(StreamTime time, StreamTime trusted) const
{
    const double dt = std::max(0.0, seconds(time - time_));
    const double full = std::min(dt, seconds(trusted));
    const double moved = full + fadeSeconds * (1 - std::exp(-(dt - full) / fadeSeconds));

    const Point centre{box_.centre().x + velocity_.x * moved,
                       box_.centre().y + velocity_.y * moved};
    const double width = box_.width * std::exp(growthX_ * moved);
    const double height = box_.height * std::exp(growthY_ * moved);
    return {centre.x - width / 2, centre.y - height / 2, width, height};
}

} // namespace ooto::core
