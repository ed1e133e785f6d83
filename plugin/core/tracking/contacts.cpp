// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/contacts.h"

#include "core/tracking/resemblance.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// IoU from which on two detections may hide one another, or be taken for each other.
constexpr double meeting = 0.1;
// How much worse the other way round has to fit (-2 ln) to be out of the question: twenty to one.
constexpr double clearlyWorse = 6;
// A face that comes back later than this after the boxes parted is not waited for.
constexpr StreamTime longestParting = 1s;

Contact *contactWith(Track &track, TrackSerial other)
{
    const auto found = std::find_if(track.contacts.begin(), track.contacts.end(),
                                    [other](const Contact &c) { return c.other == other; });
    return found == track.contacts.end() ? nullptr : &*found;
}

void dropContact(Track &track, TrackSerial other)
{
    std::erase_if(track.contacts, [other](const Contact &c) { return c.other == other; });
}

bool seenLately(const Track &track, const SampleClock &now)
{
    return now.time - track.lastSeen() <= std::max<StreamTime>(600ms, 5 * now.interval / 2);
}

/** One track of a pair in one sample. */
struct Side {
    Track &track;
    const Observation *seen; ///< null where it was not found
};

/** Whether the detections of a pair could as well be the other way round, going by motion only. */
bool isUnclear(const Side &a, const Side &b, const SampleClock &now)
{
    const auto cost = [&](const Track &track, const Observation *seen) -> std::optional<double> {
        if (!seen)
            return 0;
        const auto found = fit(track, *seen, now);
        if (!found)
            return std::nullopt;
        return found->cost - (found->likeness ? unlikelihood(*found->likeness) : 0);
    };
    const auto swappedA = cost(a.track, b.seen);
    const auto swappedB = cost(b.track, a.seen);
    const auto chosenA = cost(a.track, a.seen);
    const auto chosenB = cost(b.track, b.seen);
    return swappedA && swappedB && chosenA && chosenB &&
           *swappedA + *swappedB - *chosenA - *chosenB < clearlyWorse;
}

/**
 * Whether a person who moved like this can be where `box` is, having been hidden: also one who
 * turned round unseen. @param speed of the two to each other, box sizes per second
 */
bool canHaveGoneTo(const Motion &before, const Box &box, double speed, const SampleClock &now)
{
    const Box expected = expectedBox(before, now.time);
    const double seconds = std::chrono::duration<double>(now.time - before.lastSeen()).count();
    const double dx = (box.centre().x - expected.centre().x) / expected.width;
    const double dy = (box.centre().y - expected.centre().y) / expected.height;
    constexpr double slack = 0.3;   // box sizes, for jitter and nodding
    constexpr double setOff = 0.25; // a person who stood still, box sizes per second
    constexpr double still = 0.2;   // what jitter looks like, box sizes per second
    const double turned = 2.2 * std::max(0.0, speed - still);
    return std::hypot(dx, dy) <= slack + (setOff + turned) * seconds;
}

/** How fast two come closer or part, box sizes per second. */
double relativeSpeed(const Motion &a, const Motion &b)
{
    return std::hypot(a.velocity().x - b.velocity().x, a.velocity().y - b.velocity().y);
}

bool canHaveSwapped(const Motion &a, const Motion &b, const Side &nowA, const Side &nowB,
                    const SampleClock &now)
{
    const double speed = relativeSpeed(a, b);
    return (!nowB.seen || canHaveGoneTo(a, nowB.seen->box, speed, now)) &&
           (!nowA.seen || canHaveGoneTo(b, nowA.seen->box, speed, now));
}

/** Two people passed each other from one sample to the next: or did they turn back? */
bool haveChangedSides(const Side &a, const Side &b)
{
    if (!a.seen || !b.seen)
        return false;
    const auto between = [](const Box &from, const Box &to) {
        return Point{(to.centre().x - from.centre().x) / from.width,
                     (to.centre().y - from.centre().y) / from.height};
    };
    const Point before = between(a.track.motion.lastBox(), b.track.motion.lastBox());
    const Point after = between(a.seen->box, b.seen->box);
    return before.x * after.x + before.y * after.y < 0;
}

void note(const Side &a, const Side &b, const SampleClock &now, bool overlap, bool unclear)
{
    const auto contactOf = [&](Track &track, const Track &other) -> Contact & {
        if (Contact *known = contactWith(track, other.serial))
            return *known;
        return track.contacts.emplace_back(
            Contact{.other = other.serial, .lastOverlap = now.time, .before = track.motion});
    };
    Contact &ofA = contactOf(a.track, b.track);
    Contact &ofB = contactOf(b.track, a.track);
    const bool hidden = (!a.seen && a.track.confirmed()) || (!b.seen && b.track.confirmed());
    bool mistakable = hidden || ofA.hidden;
    if (a.seen && b.seen)
        mistakable = ofA.hidden && canHaveSwapped(ofA.before, ofB.before, a, b, now);
    for (Contact *contact : {&ofA, &ofB}) {
        if (overlap)
            contact->lastOverlap = now.time;
        contact->hidden = mistakable;
        contact->unclear |= unclear;
    }
    if (a.seen && b.seen && !mistakable && !ofA.unclear) {
        ofA.before = a.track.motion;
        ofB.before = b.track.motion;
    }
}

/** Where a track's face is in this sample. */
Box boxOf(const Side &side, const SampleClock &now)
{
    return side.seen ? side.seen->box : expectedBox(side.track.motion, now.time);
}

Look lookOf(const Side &side, const SampleClock &now)
{
    return {.time = now.time,
            .texture = side.seen->texture,
            .colours = side.seen->appearance,
            .light = now.light};
}

/** Each goes on with what was seen of the other. */
void exchange(Track &a, Track &b)
{
    std::swap(a.motion, b.motion);
    std::swap(a.score, b.score);
    std::swap(a.landmarks, b.landmarks);
    std::swap(a.missed, b.missed);
    std::swap(a.lastStrong, b.lastStrong);
}

class Settlement
{
public:
    Settlement(std::vector<Track> &tracks, const std::vector<Observation> &seen, Association &found,
               const SampleClock &now)
        : tracks_(tracks), seen_(seen), found_(found), now_(now)
    {
    }

    void run()
    {
        for (std::size_t t = 0; t < tracks_.size(); ++t) {
            const std::vector<Contact> contacts = tracks_[t].contacts;
            for (const Contact &contact : contacts) {
                if (contact.lastOverlap != now_.time || contact.unclear)
                    settle(t, contact);
            }
        }
    }

private:
    const Observation *strong(std::size_t track) const
    {
        const auto observation = found_.observationOf[track];
        return observation && !seen_[*observation].weak ? &seen_[*observation] : nullptr;
    }

    void settle(std::size_t t, const Contact &contact)
    {
        const Observation *seen = strong(t);
        if (!seen)
            return;
        const auto other = std::find_if(tracks_.begin(), tracks_.end(), [&](const Track &track) {
            return track.serial == contact.other;
        });
        const StreamTime parted = now_.time - contact.lastOverlap;
        if (other != tracks_.end()) {
            const auto u = static_cast<std::size_t>(other - tracks_.begin());
            if (const Observation *otherSeen = strong(u)) {
                if (u > t && iou(seen->box, otherSeen->box) < meeting)
                    settlePair(t, u, contact);
                return;
            }
        }
        if (other == tracks_.end() || parted > longestParting) {
            settleAlone(tracks_[t], contact);
            if (other != tracks_.end())
                dropContact(*other, tracks_[t].serial);
        }
    }

    void settlePair(std::size_t t, std::size_t u, const Contact &contact)
    {
        const Side a{tracks_[t], strong(t)};
        const Side b{tracks_[u], strong(u)};
        if (contact.unsettled()) {
            const auto areProven = [&](const Side &seenOfA, const Side &seenOfB) {
                return a.track.continuity.known().looks.proves(lookOf(seenOfA, now_)) &&
                       b.track.continuity.known().looks.proves(lookOf(seenOfB, now_));
            };
            const bool same = areProven(a, b);
            // Numbers that come with the faces are not ours to exchange.
            const bool numbered = a.track.objectId || b.track.objectId;
            const bool swapped = !same && !numbered && areProven(b, a);
            const bool comparable = a.seen->texture && b.seen->texture;
            // Looks of two people who have only just parted may get clearer with the next samples.
            if (!same && !swapped && comparable &&
                now_.time - contact.lastOverlap <
                    std::max<StreamTime>(250ms, 5 * now_.interval / 2))
                return;
            if (swapped) {
                exchange(a.track, b.track);
                std::swap(found_.observationOf[t], found_.observationOf[u]);
                found_.trackOf[*found_.observationOf[t]] = t;
                found_.trackOf[*found_.observationOf[u]] = u;
            }
            if (!same) {
                a.track.continuity.needProof(DoubtCause::Contact);
                b.track.continuity.needProof(DoubtCause::Contact);
            }
        }
        dropContact(a.track, b.track.serial);
        dropContact(b.track, a.track.serial);
    }

    /** The other track is over: does this one still show the same person? */
    void settleAlone(Track &track, const Contact &contact)
    {
        if (contact.unsettled())
            track.continuity.needProof(DoubtCause::Contact);
        dropContact(track, contact.other);
    }

    std::vector<Track> &tracks_;
    const std::vector<Observation> &seen_;
    Association &found_;
    SampleClock now_;
};

} // namespace

void noteContacts(std::vector<Track> &tracks, const std::vector<Observation> &seen,
                  const Association &found, const SampleClock &now)
{
    const auto sideOf = [&](std::size_t t) {
        const auto observation = found.observationOf[t];
        return Side{tracks[t], observation ? &seen[*observation] : nullptr};
    };
    std::vector<Box> boxes;
    for (std::size_t t = 0; t < tracks.size(); ++t)
        boxes.push_back(boxOf(sideOf(t), now));
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        if (!seenLately(tracks[i], now) && tracks[i].contacts.empty())
            continue;
        const Side a = sideOf(i);
        for (std::size_t j = i + 1; j < tracks.size(); ++j) {
            const Side b = sideOf(j);
            if ((!a.track.confirmed() && !b.track.confirmed()) || !a.track.looked ||
                !b.track.looked)
                continue;
            const bool known = contactWith(a.track, b.track.serial) != nullptr;
            if (!known && !(seenLately(a.track, now) && seenLately(b.track, now)))
                continue;
            const bool overlap = iou(boxes[i], boxes[j]) >= meeting;
            const bool unclear = (a.seen || b.seen) &&
                                 canHaveSwapped(a.track.motion, b.track.motion, a, b, now) &&
                                 (haveChangedSides(a, b) || isUnclear(a, b, now));
            if (known || overlap || unclear)
                note(a, b, now, overlap, unclear);
        }
    }
}

void settleContacts(std::vector<Track> &tracks, const std::vector<Observation> &seen,
                    Association &found, const SampleClock &now)
{
    Settlement(tracks, seen, found, now).run();
}

} // namespace ooto::core
