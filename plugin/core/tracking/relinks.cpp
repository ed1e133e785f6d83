// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/relinks.h"

#include "core/tracking/association.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

constexpr double farthest = 1; // between centres, in mean box sizes
constexpr double mostSizeChange = 1.5;
// A person who walks on behind a pillar may do so slower or faster than before.
constexpr double slowest = 0;
constexpr double fastest = 1.5;
constexpr double speedStep = 0.25;
// More than leave a crowded scene within a few seconds.
constexpr std::size_t mostRemembered = 64;

double distance(const Box &a, const Box &b)
{
    return std::hypot(2 * (a.centre().x - b.centre().x) / (a.width + b.width),
                      2 * (a.centre().y - b.centre().y) / (a.height + b.height));
}

bool isOnTheWay(const Track &fresh, const Track &gone, StreamTime away)
{
    const double seconds = std::chrono::duration<double>(away).count();
    const Point velocity = gone.motion.velocity();
    for (double speed = slowest; speed <= fastest; speed += speedStep) {
        Box there = gone.motion.lastBox();
        there.x += speed * seconds * velocity.x;
        there.y += speed * seconds * velocity.y;
        if (distance(there, fresh.firstBox) <= farthest)
            return true;
    }
    return false;
}

bool couldBe(const Track &fresh, const Track &gone, StreamTime within)
{
    const StreamTime away = fresh.firstSeen - gone.lastSeen();
    if (away <= StreamTime{0} || away > within)
        return false;
    const double change = std::sqrt(fresh.firstBox.area() / gone.motion.lastBox().area());
    if (change > mostSizeChange || change < 1 / mostSizeChange)
        return false;
    return distance(gone.motion.lastBox(), fresh.firstBox) <= farthest ||
           distance(expectedBox(gone.motion, fresh.firstSeen), fresh.firstBox) <= farthest ||
           isOnTheWay(fresh, gone, away);
}

} // namespace

void Relinks::remember(const Track &ended)
{
    if (ended_.size() >= mostRemembered)
        ended_.erase(ended_.begin());
    ended_.push_back(ended);
}

void Relinks::forgetBefore(StreamTime oldest)
{
    std::erase_if(ended_, [oldest](const Track &track) { return track.lastSeen() < oldest; });
}

bool Relinks::knows(TrackId id) const
{
    return std::any_of(ended_.begin(), ended_.end(),
                       [id](const Track &track) { return track.id == id; });
}

void Relinks::forget(TrackId id)
{
    std::erase_if(ended_, [id](const Track &track) { return track.id == id; });
}

void Relinks::shift(const Point &by)
{
    for (Track &track : ended_)
        track.motion.shift(by);
}

std::vector<const Track *> Relinks::candidatesFor(const Track &fresh,
                                                  const std::vector<Track> &tracks,
                                                  StreamTime within) const
{
    std::vector<const Track *> candidates;
    for (const Track &track : ended_) {
        if (couldBe(fresh, track, within))
            candidates.push_back(&track);
    }
    for (const Track &track : tracks) {
        // An element that follows faces may go on with one under another number at once.
        const bool renumbered = fresh.objectId && track.confirmed() && track.missed > 0;
        if ((track.state == Track::State::Lost || renumbered) && couldBe(fresh, track, within))
            candidates.push_back(&track);
    }
    return candidates;
}

} // namespace ooto::core
