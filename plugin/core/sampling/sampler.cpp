// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/sampler.h"

namespace ooto::core
{

bool Sampler::step(StreamTime runningTime)
{
    // More than one interval ahead of us means that time went back, or the interval got shorter.
    const bool lost = next_ && *next_ - runningTime > interval_;
    if (next_ && !lost && runningTime < *next_)
        return false;

    // Keep to the grid, so that a rate that is no divisor of the frame rate still holds on average;
    // start a new grid after a gap.
    if (next_ && !lost && runningTime - *next_ < interval_)
        *next_ += interval_;
    else
        next_ = runningTime + interval_;
    return true;
}

} // namespace ooto::core
