// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/doubt.h"

#include "core/resemblance.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// Centres a whole box apart: no overlap with any place where the face could have been expected.
constexpr double jump = 1;
constexpr double doubled = 2; // area
// A face out of sight for this long, and missed meanwhile, may have been replaced.
constexpr StreamTime gap = 500ms;
// How long after a gap, a jump or a contact two detections are enough to tell somebody else.
constexpr StreamTime upsetFor = 3s;
constexpr unsigned unlikeWhenUpset = 2;
// Without such a reason it takes more, of what is even less alike: people turn round.
constexpr unsigned unlikeOtherwise = 5;
constexpr double unlikeAtAll = clearlyUnlike - 0.08;
constexpr double learningSeconds = 4;
constexpr StreamTime longestLearning = 1s;

bool atLeastDoubled(double a, double b)
{
    return a >= doubled * b || b >= doubled * a;
}

bool isUpset(const Track &track, StreamTime now)
{
    return track.upset && now - *track.upset <= upsetFor;
}

} // namespace

bool mayHaveChanged(Track &track, const Observation &seen, const Fit &how, const SampleClock &now)
{
    // What is seen of two faces at once looks like neither; contacts.h decides about these.
    if (!track.confirmed() || !track.contacts.empty())
        return false;

    const bool jumped = track.motion.knowsVelocity() && (how.off.x >= jump || how.off.y >= jump);
    const bool grew = atLeastDoubled(seen.box.area(), track.motion.lastBox().area()) &&
                      atLeastDoubled(seen.box.area(), expectedBox(track.motion, now.time).area());
    if (jumped || grew || (track.missed >= 1 && now.time - track.lastSeen() >= gap))
        track.upset = now.time;
    if ((jumped || grew) && !(how.likeness && *how.likeness >= clearlyAlike))
        return true;

    if (!how.likeness)
        return false;
    const bool upset = isUpset(track, now.time);
    track.unlikeInARow =
        *how.likeness <= (upset ? clearlyUnlike : unlikeAtAll) ? track.unlikeInARow + 1 : 0;
    return track.unlikeInARow >= (upset ? unlikeWhenUpset : unlikeOtherwise);
}

void learnLooks(Track &track, const Observation &seen, StreamTime step, StreamTime now)
{
    if (!seen.appearance || !track.contacts.empty() || track.overlapping)
        return;
    if (!track.reference) {
        track.reference = seen.appearance;
        return;
    }
    const auto alike = likeness(track.reference, seen.appearance);
    if (track.unlikeInARow > 0 || (isUpset(track, now) && alike && *alike < clearlyAlike))
        return;
    const double seconds = std::chrono::duration<double>(std::min(step, longestLearning)).count();
    blend(*track.reference, *seen.appearance, 1 - std::exp(-seconds / learningSeconds));
}

void restartReference(Track &track, const Observation &seen)
{
    track.reference = seen.appearance;
    track.unlikeInARow = 0;
    track.upset.reset();
}

} // namespace ooto::core
