// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/tracker.h"

#include "core/tracking/contacts.h"
#include "core/tracking/doubt.h"

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
constexpr StreamTime rareInterval = 500ms;
// Below this share inside the frame a face counts as gone, whatever the hold time says.
constexpr double leastShareInView = 1.0 / 3;
constexpr StreamTime leavingAhead = 400ms;
constexpr double edge = 0.004; // of the frame; detectors' boxes end a little before it
// Weak detections are less exact.
constexpr double weakNoise = 2;
// A shadow on the wall that looks a little like a face keeps no track alive for ever.
constexpr StreamTime longestWeak = 10s;
// A detection that lies so well on the box that was expected (IoU), and so many of them in a row,
// are of a face that need not be looked for in each sample.
constexpr double steadyIou = 0.75;
constexpr unsigned steadyEnough = 3;
constexpr double slow = 1;             // box sizes per second
constexpr double apart = 0.5;          // of each of two faces' boxes, on each side
constexpr double overlapShare = 0.1;   // of the face's box
constexpr double crowdedWithin = 0.25; // of the face's box, on each side
// How fast the mean colours follow.
constexpr double learningSeconds = 4;
constexpr StreamTime longestLearning = 1s;

std::optional<Landmarks> landmarksOf(const Observation &seen)
{
    if (!seen.landmarks || seen.box.empty())
        return std::nullopt;
    Landmarks relative = *seen.landmarks;
    for (Point &point : relative)
        point = relativeTo(seen.box, point);
    return relative;
}

bool isCutOff(const Box &box)
{
    const bool isTheFrame = box.width > 0.9 && box.height > 0.9;
    return !isTheFrame &&
           (box.x < edge || box.y < edge || box.right() > 1 - edge || box.bottom() > 1 - edge);
}

} // namespace

void Tracker::noteTime(StreamTime time)
{
    step_ = lastUpdate_ ? std::max(0ns, time - *lastUpdate_) : 0ns;
    if (step_ > 0ns) {
        // A gap in the stream is no sample interval.
        const StreamTime step =
            std::min(step_, std::max<StreamTime>(longestStep, 4 * now_.interval));
        now_.interval = now_.interval == 0ns ? step : (3 * now_.interval + step) / 4;
    }
    lastUpdate_ = now_.time = time;
}

/** Faster ones are followed from sample to sample: where they turn round is not known before. */
static bool isSlow(const Motion &motion)
{
    const Point velocity = motion.velocity();
    return std::hypot(velocity.x, velocity.y) <= slow;
}

void Tracker::noteSearch(const SearchPlan &search)
{
    for (Track &track : tracks_)
        track.looked = search.covers(expectedBox(track.motion, now_.time));
}

std::vector<FaceToFind> Tracker::facesToFind(StreamTime time) const
{
    std::vector<FaceToFind> faces;
    for (const Track &track : tracks_) {
        const bool relaxed = track.state == Track::State::Confirmed && !track.objectId &&
                             track.missed == 0 && track.steady >= steadyEnough &&
                             track.contacts.empty() && !track.crowded &&
                             track.continuity.certain() && isSlow(track.motion);
        faces.push_back({.track = track.id,
                         .expected = expectedBox(track.motion, time),
                         .lastSeen = track.lastSeen(),
                         .relaxed = relaxed,
                         .missed = track.missed > 0});
    }
    // Who comes close to another may be taken for them.
    for (FaceToFind &face : faces) {
        const Box near = grown(face.expected, apart);
        for (const FaceToFind &other : faces)
            face.relaxed &=
                &other == &face || intersection(near, grown(other.expected, apart)).empty();
    }
    return faces;
}

void Tracker::shift(const Point &by)
{
    for (Track &track : tracks_) {
        track.motion.shift(by);
        track.firstBox.x += by.x;
        track.firstBox.y += by.y;
        for (Contact &contact : track.contacts)
            contact.before.shift(by);
    }
    relinks_.shift(by);
}

Tracker::Update Tracker::update(StreamTime time, const std::vector<Observation> &seen,
                                const TrackerRules &rules, const PictureChange &picture,
                                const std::set<TrackId> &taken, const SearchPlan &search)
{
    Update result;
    noteTime(time);
    now_.light = picture.light;
    if (picture.another)
        result.ended = forgetTracks();
    shift(picture.shift);
    noteSearch(search);
    // Never twice in a row: a picture that goes on moving is motion, and to be followed as such.
    const auto jump = jumped_ ? std::nullopt : commonJump(tracks_, seen, now_);
    jumped_ = jump.has_value();
    if (jump)
        shift(*jump);

    Association found = associate(tracks_, seen, now_);
    noteContacts(tracks_, seen, found, now_);
    follow(seen, found);
    settleContacts(tracks_, seen, found, now_);
    begin(seen, found);
    noteOverlaps();
    confirm(rules, taken, result);
    result.trackOf.resize(seen.size());
    for (std::size_t o = 0; o < seen.size(); ++o) {
        if (found.trackOf[o] && tracks_[*found.trackOf[o]].confirmed())
            result.trackOf[o] = tracks_[*found.trackOf[o]].id;
    }
    const std::set<TrackId> over = findPasts(rules, result);
    noteContinuity(seen, found, picture.gap, result);
    for (const TrackId id : over) {
        const auto at = tracks_.begin() + static_cast<std::ptrdiff_t>(*indexOf(id));
        result.ended.push_back(id);
        relinks_.remember(*at);
        tracks_.erase(at);
    }
    for (const Relinked &relinked : result.relinked)
        relinks_.forget(relinked.past);

    const auto ended = advance(time, rules);
    result.ended.insert(result.ended.end(), ended.begin(), ended.end());
    std::erase_if(result.relinked, [this](const Relinked &each) { return !find(each.id); });
    return result;
}

void Tracker::follow(const std::vector<Observation> &seen, const Association &found)
{
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        Track &track = tracks_[t];
        if (const auto observation = found.observationOf[t]) {
            correct(track, seen[*observation]);
            continue;
        }
        if (!track.looked)
            continue;
        ++track.missed;
        if (track.confirmed() && track.missed >= 2)
            track.state = Track::State::Lost;
    }
}

void Tracker::correct(Track &track, const Observation &seen)
{
    const auto how = fit(track, seen, now_);
    const bool asExpected =
        !seen.weak && iou(expectedBox(track.motion, now_.time), seen.box) >= steadyIou;
    track.steady = asExpected && track.missed == 0 ? track.steady + 1 : 0;
    // Only a number says that a face so far away is the same.
    if (track.confirmed() && (!how || jumped(track, seen, *how, now_)))
        track.continuity.needProof(DoubtCause::Gap);
    if (!seen.weak) {
        ++track.hits;
        track.lastStrong = now_.time;
    }
    if (track.confirmed())
        track.state = Track::State::Confirmed;
    if (!track.objectId)
        track.objectId = seen.objectId;
    track.motion.correct(now_.time, seen.box, seen.weak ? weakNoise : 1);
    track.score = seen.score;
    track.landmarks = landmarksOf(seen);
    track.missed = 0;
}

void Tracker::begin(const std::vector<Observation> &seen, Association &found)
{
    for (std::size_t o = 0; o < seen.size(); ++o) {
        if (found.trackOf[o] || seen[o].weak || seen[o].box.empty())
            continue;
        found.trackOf[o] = tracks_.size();
        found.observationOf.push_back(o);
        Track fresh(Motion(now_.time, seen[o].box), ++lastSerial_);
        fresh.objectId = seen[o].objectId;
        fresh.score = seen[o].score;
        fresh.landmarks = landmarksOf(seen[o]);
        fresh.hits = 1;
        fresh.firstSeen = fresh.lastStrong = now_.time;
        fresh.firstBox = seen[o].box;
        fresh.reference = seen[o].appearance;
        tracks_.push_back(std::move(fresh));
    }
}

/** Does each track still show the same person? */
void Tracker::noteContinuity(const std::vector<Observation> &seen, const Association &found,
                             bool afterGap, Update &result)
{
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        Track &track = tracks_[t];
        track.continuity.hold(std::any_of(track.contacts.begin(), track.contacts.end(),
                                          [](const Contact &each) { return each.unsettled(); }));
        const auto observation = found.observationOf[t];
        if (!observation)
            continue;
        const Observation &face = seen[*observation];
        const Look look{.time = now_.time,
                        .texture = face.texture,
                        .colours = face.appearance,
                        .light = now_.light};
        const bool clear = !face.weak && !track.crowded && track.contacts.empty();
        if (const auto past = track.continuity.see({.look = look,
                                                    .strong = !face.weak,
                                                    .clear = clear,
                                                    .cutOff = isCutOff(face.box),
                                                    .afterGap = afterGap,
                                                    .rare = areRare()})) {
            result.relinked.push_back({track.id, *past});
            goOnWith(*past);
        }
        if (clear && track.continuity.certain())
            learnColours(track, face);
    }
}

void Tracker::learnColours(Track &track, const Observation &seen) const
{
    if (!seen.appearance)
        return;
    if (!track.reference) {
        track.reference = seen.appearance;
        return;
    }
    const double seconds = std::chrono::duration<double>(std::min(step_, longestLearning)).count();
    blend(*track.reference, *seen.appearance, 1 - std::exp(-seconds / learningSeconds));
}

/** One past is one track's only. */
void Tracker::goOnWith(TrackId past)
{
    relinks_.forget(past);
    for (Track &track : tracks_)
        track.continuity.dropPast(past);
}

TrackId Tracker::newId(const Track &track, const std::set<TrackId> &taken)
{
    const auto isFree = [&](TrackId id) { return !find(id) && !taken.contains(id); };
    if (track.objectId && *track.objectId >= 1 && *track.objectId <= INT32_MAX) {
        const auto id = static_cast<TrackId>(*track.objectId);
        if (isFree(id))
            return id;
    }
    TrackId id = nextTrackId();
    while (!isFree(id) || relinks_.knows(id))
        id = nextTrackId();
    return id;
}

void Tracker::confirm(const TrackerRules &rules, const std::set<TrackId> &taken, Update &result)
{
    for (Track &track : tracks_) {
        const unsigned enough = track.objectId ? 1 : rules.samplesToConfirm;
        if (track.confirmed() || track.hits < enough)
            continue;
        // Ids are given only now, so that false detections do not use any up.
        track.id = newId(track, taken);
        track.state = Track::State::Confirmed;
        result.confirmed.push_back(track.id);
    }
}

void Tracker::noteOverlaps()
{
    std::vector<Box> boxes;
    for (const Track &track : tracks_)
        boxes.push_back(expectedBox(track.motion, now_.time));
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        tracks_[t].overlapping = tracks_[t].crowded = false;
        const Box around = grown(boxes[t], crowdedWithin);
        for (std::size_t other = 0; other < tracks_.size(); ++other) {
            if (other == t || tracks_[other].missed >= 2)
                continue;
            const double least = overlapShare * boxes[t].area();
            tracks_[t].overlapping |= intersection(boxes[t], boxes[other]).area() > least;
            tracks_[t].crowded |= intersection(around, boxes[other]).area() > least;
        }
    }
}

/**
 * A track that begins where others ended may go on with one of them.
 * @return lost tracks at the place of a new one: they end, so that they cannot be matched again
 */
std::set<TrackId> Tracker::findPasts(const TrackerRules &rules, Update &result)
{
    std::set<TrackId> over;
    for (const TrackId id : result.confirmed) {
        Track &fresh = tracks_[*indexOf(id)];
        std::vector<Past> pasts;
        for (const Track *past : relinks_.candidatesFor(fresh, tracks_, relinkTime(rules))) {
            pasts.push_back({past->id, past->continuity.known()});
            if (past == find(past->id) && past->id != id)
                over.insert(past->id);
        }
        // A number that was given again means the track that has it now.
        if (relinks_.knows(id) && std::none_of(pasts.begin(), pasts.end(),
                                               [id](const Past &past) { return past.track == id; }))
            goOnWith(id);
        if (const auto past = fresh.continuity.offerPasts(std::move(pasts))) {
            result.relinked.push_back({id, *past});
            goOnWith(*past);
        }
    }
    return over;
}

void Tracker::noteFrame(StreamTime time)
{
    frameStep_ = lastFrame_ ? std::max(0ns, time - *lastFrame_) : 0ns;
    lastFrame_ = time;
}

std::vector<TrackId> Tracker::advance(StreamTime time, const TrackerRules &rules)
{
    std::vector<TrackId> ended;
    const StreamTime life = lifeWithoutDetection(rules);
    // A tentative track has to be seen again soon: a false detection is no face to wait for. How
    // soon that can be is not known before the second sample.
    const StreamTime tentativeLife =
        std::max(waitForFrames(), now_.interval == 0ns ? longestFirstInterval
                                                       : std::min(life, 3 * now_.interval + 1s));
    std::erase_if(tracks_, [&](const Track &track) {
        const bool over = time - track.lastSeen() > (track.confirmed() ? life : tentativeLife) ||
                          track.lastSeen() - track.lastStrong >
                              std::max<StreamTime>(longestWeak, 4 * now_.interval);
        if (over && track.confirmed()) {
            ended.push_back(track.id);
            relinks_.remember(track);
        }
        return over;
    });
    relinks_.forgetBefore(time - relinkTime(rules) - tentativeLife);
    return ended;
}

std::vector<TrackId> Tracker::forgetTracks()
{
    std::vector<TrackId> ended;
    for (const Track &track : tracks_) {
        if (track.confirmed())
            ended.push_back(track.id);
    }
    tracks_.clear();
    relinks_.forgetAll();
    return ended;
}

std::vector<TrackId> Tracker::endAll()
{
    const std::vector<TrackId> ended = forgetTracks();
    lastUpdate_.reset();
    lastFrame_.reset();
    frameStep_ = 0ns;
    now_ = {};
    step_ = 0ns;
    jumped_ = false;
    return ended;
}

void Tracker::noteAnswer(TrackId id, bool samePerson)
{
    if (const auto index = indexOf(id))
        tracks_[*index].continuity.noteAnswer(samePerson);
}

bool Tracker::mayGoOn(TrackId past) const
{
    return std::any_of(tracks_.begin(), tracks_.end(),
                       [past](const Track &track) { return track.continuity.mayContinue(past); });
}

std::optional<std::size_t> Tracker::indexOf(TrackId id) const
{
    const auto found = std::find_if(tracks_.begin(), tracks_.end(), [id](const Track &track) {
        return track.confirmed() && track.id == id;
    });
    if (found == tracks_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - tracks_.begin());
}

const Track *Tracker::find(TrackId id) const
{
    const auto index = indexOf(id);
    return index ? &tracks_[*index] : nullptr;
}

std::optional<Box> Tracker::boxAt(const Track &track, StreamTime time,
                                  const TrackerRules &rules) const
{
    // A detection is one analysis old when it comes, and up to two before the next one comes.
    const StreamTime held = std::max(rules.holdTime, 5 * now_.interval / 2);
    if (time - track.lastSeen() > held)
        return std::nullopt;
    const Box box = predictedBox(track, time);
    const Box inside = intersection(box, {0, 0, 1, 1});
    if (inside.area() < leastShareInView * box.area() || inside.empty())
        return std::nullopt;
    return inside;
}

Box Tracker::predictedBox(const Track &track, StreamTime time) const
{
    return track.motion.predict(time, trustedMotion(track));
}

bool Tracker::leaving(const Track &track, StreamTime time, const TrackerRules &rules) const
{
    if (!boxAt(track, time, rules))
        return true;
    const Box box = expectedBox(track.motion, time + leavingAhead);
    return box.x < edge || box.y < edge || box.right() > 1 - edge || box.bottom() > 1 - edge;
}

bool Tracker::areRare() const
{
    return now_.interval > rareInterval;
}

/** Until it is looked for again, and the analysis is done: it may be every second sample only. */
StreamTime Tracker::trustedMotion(const Track &track) const
{
    const StreamTime samples =
        track.steady >= steadyEnough ? 5 * now_.interval / 2 : 3 * now_.interval / 2;
    return std::max(leastTrustedMotion, samples);
}

StreamTime Tracker::relinkTime(const TrackerRules &rules) const
{
    // From the end of the track on, which comes some time after its last detection.
    const bool never = rules.relinkTime <= StreamTime{0};
    return never ? StreamTime{0} : rules.relinkTime + lifeWithoutDetection(rules);
}

StreamTime Tracker::lifeWithoutDetection(const TrackerRules &rules) const
{
    return std::max({shortestLife, rules.holdTime, 4 * now_.interval, waitForFrames()});
}

/** A face that was seen in the last frame was missed in none, however long ago that was. */
StreamTime Tracker::waitForFrames() const
{
    return 2 * frameStep_ + frameStep_ / 2;
}

} // namespace ooto::core
