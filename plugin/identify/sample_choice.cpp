// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/sample_choice.h"

#include <utility>

namespace ooto::identify
{

namespace
{

using namespace std::chrono_literals;

/** From one key frame to the next it takes 1 to 10 s: nobody is to be overlooked for so long. */
constexpr core::StreamTime longestBroken = 1s;
/** Between two samples where something moves fast: the analysis is for other streams, too. */
constexpr core::StreamTime leastUrgentInterval = 80ms;

} // namespace

void SampleChoice::noteJump()
{
    jumped_ = true;
    sampler_.reset();
}

bool SampleChoice::claimJump()
{
    return std::exchange(jumped_, false);
}

/**
 * A broken frame is no sample while others come. A stream in which nothing else comes for a second
 * is looked at all the same: blurred faces are better than blindness.
 */
bool SampleChoice::waitsForAWholeOne(const Frame &frame) const
{
    return !frame.whole && frame.time - *lastWhole_ < longestBroken;
}

SampleChoice::Choice SampleChoice::choose(const Frame &frame)
{
    if (frame.whole || !lastWhole_)
        lastWhole_ = frame.time;
    if (!frame.active)
        return Choice::Pass;
    const bool justSampled = !frame.mayCrowd && last_ && frame.time - *last_ < leastUrgentInterval;
    if (urgent_ && !due_ && !justSampled)
        due_ = frame.time;
    const bool wasDue = due_.has_value();
    const bool another = sampler_.step(frame.time);
    if (another && !due_)
        due_ = frame.time;
    // Detectors upstream may look at every third frame only: a sample is one of those, unless none
    // came for a whole interval.
    const bool waitsForFaces = due_ && frame.lacksFaces && frame.time - *due_ < sampler_.interval();
    if (!due_ || waitsForAWholeOne(frame) || waitsForFaces)
        return Choice::Pass;
    if (urgent_ && !frame.analysisIdle)
        return Choice::Pass; // as soon as it is free
    // Where cameras take turns each comes back as soon as it can, whenever its samples are due:
    // else some would always come late.
    if (!frame.analysisIdle && frame.crowded)
        return wasDue && another ? Choice::Skipped : Choice::Pass;
    due_.reset();
    if (!frame.analysisIdle)
        return Choice::Skipped;
    urgent_ = false;
    last_ = frame.time;
    return Choice::Sample;
}

void SampleChoice::beginAnew()
{
    jumped_ = false;
    sampler_.reset();
    due_.reset();
}

} // namespace ooto::identify
