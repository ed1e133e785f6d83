// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracker.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr StreamTime shortestLife = 2s;
constexpr StreamTime longestStep = 4s;
constexpr StreamTime longestFirstInterval = 8s;
constexpr StreamTime leastTrustedMotion = 250ms;
// Below this share inside the frame a face counts as gone, whatever the hold time says.
constexpr double leastShareInView = 1.0 / 3;

constexpr double leastIou = 0.15;
constexpr double leastIouOutOfSight = 0.35;
// A face that moves by its own size from sample to sample does not overlap itself. Distances are
// between centres, in mean box sizes; a track without a known velocity may be farther off.
constexpr double farthestKnown = 0.8;
constexpr double farthestFresh = 1.5;
constexpr double mostSizeChange = 1.6;

std::optional<Landmarks> landmarksOf(const Observation &seen)
{
    if (!seen.landmarks || seen.box.empty())
        return std::nullopt;
    Landmarks relative = *seen.landmarks;
    for (Point &point : relative)
        point = relativeTo(seen.box, point);
    return relative;
}

/**
 * How well two boxes fit, 0..2; nothing when they cannot be one face. Nobody's size changes by half
 * from sample to sample: who is so much larger is somebody else, who stepped in front.
 * @param farthest distance that is bridged without an overlap; 0 = none
 */
std::optional<double> affinity(const Box &expected, const Box &seen, double farthest,
                               double enoughOverlap)
{
    if (expected.empty() || seen.empty())
        return std::nullopt;
    const double change = std::sqrt(seen.area() / expected.area());
    if (change > mostSizeChange || change < 1 / mostSizeChange)
        return std::nullopt;
    const double overlap = iou(expected, seen);
    if (overlap >= enoughOverlap)
        return 1 + overlap;

    const double width = (expected.width + seen.width) / 2;
    const double height = (expected.height + seen.height) / 2;
    const double distance = std::hypot((expected.centre().x - seen.centre().x) / width,
                                       (expected.centre().y - seen.centre().y) / height);
    if (distance > farthest)
        return std::nullopt;
    return 1 - distance / (farthest + 1);
}

} // namespace

struct Tracker::Pairing {
    double affinity;
    std::size_t track;
    std::size_t observation;
};

std::vector<Tracker::Pairing> Tracker::pairings(StreamTime time,
                                                const std::vector<Observation> &seen) const
{
    std::vector<Pairing> all;
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        const Motion &motion = tracks_[t].motion;
        const Box expected = motion.predict(time, trustedMotion());
        // A face that was out of sight comes back where it went, or it is somebody else's.
        const bool outOfSight = time - motion.lastSeen() > std::max(400ms + 0ns, 5 * interval_ / 2);
        const double farthest = outOfSight               ? 0
                                : motion.knowsVelocity() ? farthestKnown
                                                         : farthestFresh;
        const double overlap = outOfSight ? leastIouOutOfSight : leastIou;
        for (std::size_t o = 0; o < seen.size(); ++o) {
            if (const auto fit = affinity(expected, seen[o].box, farthest, overlap))
                all.push_back({*fit, t, o});
        }
    }
    std::sort(all.begin(), all.end(),
              [](const Pairing &a, const Pairing &b) { return a.affinity > b.affinity; });
    return all;
}

Tracker::Update Tracker::update(StreamTime time, const std::vector<Observation> &seen,
                                const TrackerRules &rules)
{
    if (lastUpdate_ && time > *lastUpdate_) {
        // A gap in the stream is no sample interval.
        const StreamTime step =
            std::min(time - *lastUpdate_, std::max<StreamTime>(longestStep, 4 * interval_));
        interval_ = interval_ == 0ns ? step : (3 * interval_ + step) / 4;
    }
    lastUpdate_ = time;

    Update result;
    result.trackOf.resize(seen.size());
    std::vector<bool> trackTaken(tracks_.size());
    std::vector<bool> observationTaken(seen.size());

    // Ids are given on confirmation, so that false detections do not use any up.
    const auto countHit = [&](Track &track, std::size_t observation) {
        ++track.hits;
        if (!track.confirmed && track.hits >= rules.samplesToConfirm) {
            track.confirmed = true;
            track.id = nextTrackId();
            result.confirmed.push_back(track.id);
        }
        if (track.confirmed)
            result.trackOf[observation] = track.id;
    };

    for (const Pairing &pair : pairings(time, seen)) {
        if (trackTaken[pair.track] || observationTaken[pair.observation])
            continue;
        trackTaken[pair.track] = observationTaken[pair.observation] = true;
        Track &track = tracks_[pair.track];
        const Observation &detection = seen[pair.observation];
        track.motion.correct(time, detection.box);
        track.score = detection.score;
        track.landmarks = landmarksOf(detection);
        countHit(track, pair.observation);
    }

    for (std::size_t o = 0; o < seen.size(); ++o) {
        if (observationTaken[o] || seen[o].box.empty())
            continue;
        tracks_.push_back({0, Motion(time, seen[o].box), seen[o].score, landmarksOf(seen[o])});
        countHit(tracks_.back(), o);
    }

    result.ended = advance(time, rules);
    return result;
}

std::vector<TrackId> Tracker::advance(StreamTime time, const TrackerRules &rules)
{
    std::vector<TrackId> ended;
    const StreamTime life = lifeWithoutDetection(rules);
    // A tentative track has to be seen again soon: a false detection is no face to wait for. How
    // soon that can be is not known before the second sample.
    const StreamTime tentativeLife =
        interval_ == 0ns ? longestFirstInterval : std::min(life, 3 * interval_ + 1s);
    std::erase_if(tracks_, [&](const Track &track) {
        const StreamTime unseen = time - track.motion.lastSeen();
        const bool over = unseen > (track.confirmed ? life : tentativeLife);
        if (over && track.confirmed)
            ended.push_back(track.id);
        return over;
    });
    return ended;
}

std::vector<TrackId> Tracker::endAll()
{
    std::vector<TrackId> ended;
    for (const Track &track : tracks_) {
        if (track.confirmed)
            ended.push_back(track.id);
    }
    tracks_.clear();
    lastUpdate_.reset();
    interval_ = StreamTime{0};
    return ended;
}

const Tracker::Track *Tracker::find(TrackId id) const
{
    const auto found = std::find_if(tracks_.begin(), tracks_.end(), [id](const Track &track) {
        return track.confirmed && track.id == id;
    });
    return found == tracks_.end() ? nullptr : &*found;
}

std::optional<Box> Tracker::boxAt(const Track &track, StreamTime time,
                                  const TrackerRules &rules) const
{
    // A detection is one analysis old when it comes, and up to two before the next one comes.
    const StreamTime held = std::max(rules.holdTime, 5 * interval_ / 2);
    if (time - track.motion.lastSeen() > held)
        return std::nullopt;
    const Box box = track.motion.predict(time, trustedMotion());
    const Box inside = intersection(box, {0, 0, 1, 1});
    if (inside.area() < leastShareInView * box.area() || inside.empty())
        return std::nullopt;
    return inside;
}

StreamTime Tracker::trustedMotion() const
{
    return std::max(leastTrustedMotion, 3 * interval_ / 2);
}

StreamTime Tracker::lifeWithoutDetection(const TrackerRules &rules) const
{
    return std::max({shortestLife, rules.holdTime, 4 * interval_});
}

} // namespace ooto::core
