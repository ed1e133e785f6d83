// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/association.h"

#include "core/tracking/assignment.h"
#include "core/tracking/resemblance.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// A person hidden behind another or a pillar goes on meanwhile.
constexpr StreamTime trustedWhileHidden = 1500ms;

// Distances are between centres, in mean box sizes.
constexpr double farthestKnown = 0.8;
// Before the velocity is known, or since another face was so close that they may be mistaken.
constexpr double farthestFresh = 1.5;
constexpr double farthestAlike = 1.2;
// A person who has turned round looks different, and is still there.
constexpr double farthestUnlike = 0.5;
// Of a new face, box sizes per second: a third of the frame with a face of a sixteenth of it.
constexpr double fastest = 6;
// Out of sight: comes back where it went, which is an overlap (IoU) of a third, or is another
// person's.
constexpr double farthestOutOfSight = 0.5;
// The longer the way that a face was not seen on, the less exactly is it known where it leads.
constexpr double shareOfWay = 0.25;
constexpr double farthestEver = 3;
constexpr double farthestWeak = 0.45;
// No face changes its size by half from sample to sample: one that is so much larger is another
// person's, who stepped in front.
constexpr double mostSizeChange = 1.6;

// How wide another person's face would be spread around: the scale that a fit is measured on.
constexpr double anywhere = 1.5;
constexpr double anySize = 0.3;
// Also where the filter is sure: people nod, and detectors cut faces off here or there.
constexpr double leastPositionSpread = 0.12;
constexpr double leastSizeSpread = 0.1;
// What it costs to leave a track without a detection: more than any fit that passes the gates.
constexpr double missCost = 200;
constexpr double tentativeCost = 3;

constexpr double farthestJump = 0.25;  // of the frame
constexpr double jumpPrecision = 0.35; // mean box sizes

double mean(double a, double b)
{
    return (a + b) / 2;
}

bool sizesFit(const Box &a, const Box &b)
{
    const double change = std::sqrt(b.area() / a.area());
    return change <= mostSizeChange && change >= 1 / mostSizeChange;
}

bool outOfSight(const Track &track, const SampleClock &now)
{
    return track.missed >= 2 &&
           now.time - track.lastSeen() > std::max<StreamTime>(400ms, 5 * now.interval / 2);
}

/** How far an observation may be from the track's way, in mean box sizes. */
double farthest(const Track &track, const SampleClock &now, const std::optional<double> &alike,
                double way)
{
    const double since = std::chrono::duration<double>(now.time - track.lastSeen()).count();
    double base = farthestKnown;
    if (alike && *alike <= clearlyUnlike)
        base = farthestUnlike;
    else if (!track.confirmed() && !track.motion.knowsVelocity())
        base = std::max(farthestFresh, fastest * since);
    else if (!track.motion.knowsVelocity() || !track.contacts.empty())
        base = farthestFresh;
    else if (alike && *alike >= clearlyAlike)
        base = farthestAlike;
    else if (outOfSight(track, now))
        base = farthestOutOfSight;
    return std::min(farthestEver, base + shareOfWay * way);
}

double misfit(double off, double spread, double scale)
{
    return off * off / (spread * spread) + 2 * std::log(spread / scale);
}

} // namespace

Box expectedBox(const Motion &motion, StreamTime time)
{
    return motion.predict(time, trustedWhileHidden);
}

std::optional<Fit> fit(const Track &track, const Observation &seen, const SampleClock &now)
{
    const Box expected = expectedBox(track.motion, now.time);
    if (!track.looked || seen.box.empty() || !sizesFit(expected, seen.box))
        return std::nullopt;

    const double width = mean(expected.width, seen.box.width);
    const double height = mean(expected.height, seen.box.height);
    const Point to = expected.centre();
    const Point from = track.motion.lastBox().centre();
    const Point at = seen.box.centre();
    const Point way{(to.x - from.x) / width, (to.y - from.y) / height};
    const Point beyond{(at.x - to.x) / width, (at.y - to.y) / height};

    // A person who was hidden may have stopped: anywhere between the last place and the expected
    // one.
    Point off{std::abs(beyond.x), std::abs(beyond.y)};
    const double wayLength = std::hypot(way.x, way.y);
    if (wayLength > 0) {
        const double back =
            std::clamp(-(beyond.x * way.x + beyond.y * way.y) / (wayLength * wayLength), 0.0, 1.0);
        off = {std::abs(beyond.x + back * way.x), std::abs(beyond.y + back * way.y)};
    }

    Fit result;
    result.off = off;
    // Most pairs of a crowd end here, before anything costly.
    if (std::hypot(off.x, off.y) > farthestEver)
        return std::nullopt;
    result.likeness = likeness(track.reference, seen.appearance);
    if (std::hypot(off.x, off.y) > farthest(track, now, result.likeness, wayLength))
        return std::nullopt;
    if (result.likeness && *result.likeness <= clearlyUnlike && outOfSight(track, now))
        return std::nullopt;

    const Spread spread = track.motion.spread(now.time);
    const double sizeSpread = std::max(spread.size, leastSizeSpread);
    result.cost = misfit(beyond.x, std::max(spread.x, leastPositionSpread), anywhere) +
                  misfit(beyond.y, std::max(spread.y, leastPositionSpread), anywhere) +
                  misfit(std::log(seen.box.width / expected.width), sizeSpread, anySize) +
                  misfit(std::log(seen.box.height / expected.height), sizeSpread, anySize) +
                  (result.likeness ? unlikelihood(*result.likeness) : 0) +
                  (track.confirmed() ? 0 : tentativeCost);
    return result;
}

namespace
{

/** Shares `observations` out among `tracks`; both are indices. */
void shareOut(const std::vector<std::size_t> &tracks, const std::vector<std::size_t> &observations,
              const CostTable &costs, Association &result)
{
    const auto columns = assign(costs, missCost);
    for (std::size_t row = 0; row < tracks.size(); ++row) {
        if (!columns[row])
            continue;
        result.observationOf[tracks[row]] = observations[*columns[row]];
        result.trackOf[observations[*columns[row]]] = tracks[row];
    }
}

void pairByNumber(const std::vector<Track> &tracks, const std::vector<Observation> &seen,
                  Association &result)
{
    for (std::size_t o = 0; o < seen.size(); ++o) {
        for (std::size_t t = 0; seen[o].objectId && t < tracks.size(); ++t) {
            if (tracks[t].objectId == seen[o].objectId && !result.observationOf[t]) {
                result.observationOf[t] = o;
                result.trackOf[o] = t;
                break;
            }
        }
    }
}

} // namespace

Association associate(const std::vector<Track> &tracks, const std::vector<Observation> &seen,
                      const SampleClock &now)
{
    Association result{std::vector<std::optional<std::size_t>>(tracks.size()),
                       std::vector<std::optional<std::size_t>>(seen.size())};
    pairByNumber(tracks, seen, result);
    for (const bool weak : {false, true}) {
        std::vector<std::size_t> free;
        std::vector<std::size_t> offered;
        for (std::size_t t = 0; t < tracks.size(); ++t) {
            if (!result.observationOf[t] && (!weak || tracks[t].confirmed()))
                free.push_back(t);
        }
        for (std::size_t o = 0; o < seen.size(); ++o) {
            if (seen[o].weak == weak && !result.trackOf[o])
                offered.push_back(o);
        }
        CostTable costs(free.size(), offered.size());
        for (std::size_t row = 0; row < free.size(); ++row) {
            for (std::size_t column = 0; column < offered.size(); ++column) {
                // Two numbers are two faces; one may come late, or be missing now and then.
                if (tracks[free[row]].objectId && seen[offered[column]].objectId)
                    continue;
                const auto found = fit(tracks[free[row]], seen[offered[column]], now);
                if (found && (!weak || std::hypot(found->off.x, found->off.y) <= farthestWeak))
                    costs.at(row, column) = std::min(found->cost, missCost);
            }
        }
        shareOut(free, offered, costs, result);
    }
    return result;
}

std::optional<Point> commonJump(const std::vector<Track> &tracks,
                                const std::vector<Observation> &seen, const SampleClock &now)
{
    // Only tracks that kept to the prediction so far tell that the picture jumped: several people
    // who start to walk at once are no jolt.
    std::vector<Box> expected;
    for (const Track &track : tracks) {
        if (track.confirmed() && track.looked && track.missed == 0 && track.hits >= 3)
            expected.push_back(expectedBox(track.motion, now.time));
    }
    std::vector<Box> boxes;
    for (const Observation &observation : seen) {
        if (!observation.weak && !observation.box.empty())
            boxes.push_back(observation.box);
    }
    const std::size_t most = std::min(expected.size(), boxes.size());
    if (most < 2)
        return std::nullopt;

    const auto explained = [&](const Point &jump) {
        std::size_t count = 0;
        for (const Box &box : expected) {
            count += std::any_of(boxes.begin(), boxes.end(), [&](const Box &to) {
                const double dx = to.centre().x - box.centre().x - jump.x;
                const double dy = to.centre().y - box.centre().y - jump.y;
                return sizesFit(box, to) &&
                       std::hypot(dx / mean(box.width, to.width),
                                  dy / mean(box.height, to.height)) < jumpPrecision;
            });
        }
        return count;
    };
    if (explained({0, 0}) > 0)
        return std::nullopt;

    // All agree, so that any one track's candidates will do.
    std::optional<Point> best;
    double bestLength = farthestJump;
    for (const Box &to : boxes) {
        const Point jump{to.centre().x - expected[0].centre().x,
                         to.centre().y - expected[0].centre().y};
        const double length = std::hypot(jump.x, jump.y);
        if (length <= bestLength && sizesFit(expected[0], to) && explained(jump) == most) {
            best = jump;
            bestLength = length;
        }
    }
    return best;
}

} // namespace ooto::core
