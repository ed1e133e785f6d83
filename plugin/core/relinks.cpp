// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/relinks.h"

#include "core/association.h"
#include "core/resemblance.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

constexpr double farthest = 1; // between centres, in mean box sizes
constexpr double mostSizeChange = 1.5;
// Who walks on behind a pillar may do so slower or faster than before.
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
    const auto alike = likeness(gone.reference, fresh.reference);
    const bool onItsWay = alike && *alike >= clearlyAlike && isOnTheWay(fresh, gone, away);
    if (distance(gone.motion.lastBox(), fresh.firstBox) > farthest &&
        distance(expectedBox(gone.motion, fresh.firstSeen), fresh.firstBox) > farthest && !onItsWay)
        return false;
    // Who was close to somebody else when last seen may have been taken for that one.
    const double enough = gone.contacts.empty() ? clearlyUnlike : clearlyAlike;
    return alike ? *alike > enough : gone.contacts.empty();
}

/** Whether looks alone say that a pair belongs together, and not a rival pair. */
bool beats(const std::optional<double> &pair, const std::optional<double> &rival)
{
    return pair && rival && *pair >= clearlyAlike && *pair - *rival >= clearDifference;
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

std::optional<TrackId> Relinks::predecessorOf(const Track &fresh, const std::vector<Track> &tracks,
                                              StreamTime within)
{
    std::vector<const Track *> gone;
    for (const Track &track : ended_)
        gone.push_back(&track);
    for (const Track &track : tracks) {
        // Who follows faces himself may go on with the same one under another number at once.
        const bool renumbered = fresh.objectId && track.confirmed() && track.missed > 0;
        if (track.state == Track::State::Lost || renumbered)
            gone.push_back(&track);
    }
    std::erase_if(gone, [&](const Track *track) { return !couldBe(fresh, *track, within); });
    if (gone.empty())
        return std::nullopt;

    const auto looks = [](const Track &a, const Track &b) {
        return likeness(a.reference, b.reference).value_or(neutralLikeness);
    };
    const Track *best = *std::max_element(gone.begin(), gone.end(), [&](auto *a, auto *b) {
        return looks(*a, fresh) < looks(*b, fresh);
    });
    const auto bestLooks = likeness(best->reference, fresh.reference);
    for (const Track *rival : gone) {
        if (rival != best && !beats(bestLooks, likeness(rival->reference, fresh.reference)))
            return std::nullopt;
    }
    for (const Track &rival : tracks) {
        if (rival.serial != fresh.serial && couldBe(rival, *best, within) &&
            !beats(bestLooks, likeness(best->reference, rival.reference)))
            return std::nullopt;
    }

    const TrackId id = best->id;
    forget(id);
    return id;
}

} // namespace ooto::core
