// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/presence.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

constexpr std::size_t mostForgotten = 256;
/** Of ended tracks that a late answer may be about, per camera. */
constexpr std::size_t mostEnded = 1024;

void earlier(std::optional<Presence::Time> &first, Presence::Time time)
{
    first = first ? std::min(*first, time) : time;
}

} // namespace

Presence::Sighting Presence::allowed(Sighting sighting, Time opened) const
{
    const bool isForgotten =
        std::any_of(forgotten_.begin(), forgotten_.end(), [&](const Forgotten &forgotten) {
            const bool isMeant =
                (!forgotten.person.empty() && forgotten.person == sighting.person) ||
                (!forgotten.visit.empty() && forgotten.visit == sighting.visit);
            return isMeant && opened <= forgotten.at;
        });
    if (isForgotten || sighting.status != Status::Identified) {
        sighting.person.clear();
        sighting.name.clear();
    }
    return sighting;
}

void Presence::identify(Camera &camera, std::uint64_t track, const Sighting &sighting, Time now,
                        WallTime wall)
{
    const std::uint64_t number = ++identifications_;
    const auto [found, isNew] = camera.visitors.try_emplace(sighting.person);
    Visitor &visitor = found->second;
    if (isNew)
        visitor.arrived = number;
    visitor.identified = number;
    visitor.name = sighting.name;
    visitor.visit = sighting.visit;
    if (keepLast_.count() > 0)
        camera.last = LastSeen{.last = {sighting.name, wall},
                               .person = sighting.person,
                               .visit = sighting.visit,
                               .track = track,
                               .at = now};
}

bool Presence::isInView(const Camera &camera, const std::string &person)
{
    return std::any_of(camera.tracks.begin(), camera.tracks.end(),
                       [&](const auto &track) { return track.second.sighting.person == person; });
}

void Presence::takeBack(Camera &camera, std::uint64_t track, const std::string &person)
{
    const auto visitor = camera.visitors.find(person);
    if (visitor != camera.visitors.end() && !visitor->second.end && !isInView(camera, person))
        camera.visitors.erase(visitor);
    if (camera.last && camera.last->track == track && camera.last->person == person)
        camera.last.reset();
}

bool Presence::see(const std::string &cameraName, std::uint64_t trackId, const Sighting &sighting,
                   Time now, WallTime wall)
{
    Camera &camera = cameras_[cameraName];
    const auto [found, isNew] = camera.tracks.try_emplace(trackId);
    Track &track = found->second;
    if (isNew)
        track.opened = now;
    camera.ended.erase(trackId);
    const Sighting before = track.sighting;
    track.sighting = allowed(sighting, track.opened);
    const std::string &person = track.sighting.person;
    if (!before.person.empty() && before.person != person)
        takeBack(camera, trackId, before.person);
    if (!person.empty() && before.person != person)
        identify(camera, trackId, track.sighting, now, wall);
    else if (!person.empty() && before.name != track.sighting.name)
        rename(camera, track.sighting);
    return isNew || before != track.sighting;
}

void Presence::rename(Camera &camera, const Sighting &sighting)
{
    camera.visitors[sighting.person].name = sighting.name;
    if (camera.last && camera.last->person == sighting.person)
        camera.last->last.name = sighting.name;
}

void Presence::end(const std::string &cameraName, std::uint64_t trackId, const Sighting &sighting,
                   Time now, WallTime wall)
{
    see(cameraName, trackId, sighting, now, wall);
    Camera &camera = cameras_[cameraName];
    const std::string person = camera.tracks[trackId].sighting.person;
    camera.tracks.erase(trackId);
    camera.ended[trackId] = now;
    if (camera.ended.size() > mostEnded)
        camera.ended.erase(camera.ended.begin());
    if (!person.empty())
        camera.visitors[person].end = now;
    tidy(camera, now);
}

void Presence::learnLate(const std::string &cameraName, std::uint64_t trackId,
                         const Sighting &sighting, Time now, WallTime wall)
{
    Camera &camera = cameras_[cameraName];
    // It is about a time before now, whenever the track was opened.
    const Sighting late = allowed(sighting, Time::min());
    if (late.person.empty())
        return;
    const auto ended = camera.ended.find(trackId);
    const auto known = camera.visitors.find(late.person);
    const bool wasThere = known != camera.visitors.end();
    Time last = ended == camera.ended.end() ? Time::min() : ended->second;
    if (wasThere && known->second.end)
        last = std::max(last, *known->second.end);
    identify(camera, trackId, late, now, wall);
    if (ended != camera.ended.end())
        camera.visitors[late.person].end = last;
    else if (!wasThere)
        camera.visitors.erase(late.person);
    tidy(camera, now);
}

void Presence::dropCamera(const std::string &camera)
{
    cameras_.erase(camera);
}

void Presence::forget(const std::string &person, const std::string &visit, Time now)
{
    if (person.empty() && visit.empty())
        return;
    const auto isMeant = [&](const std::string &itsPerson, const std::string &itsVisit) {
        return (!person.empty() && person == itsPerson) || (!visit.empty() && visit == itsVisit);
    };
    forgotten_.push_back({.person = person, .visit = visit, .at = now});
    if (forgotten_.size() > mostForgotten)
        forgotten_.erase(forgotten_.begin());
    for (auto &[name, camera] : cameras_) {
        for (auto &[id, track] : camera.tracks)
            track.sighting = allowed(track.sighting, track.opened);
        std::erase_if(camera.visitors, [&](const auto &visitor) {
            return isMeant(visitor.first, visitor.second.visit);
        });
        if (camera.last && isMeant(camera.last->person, camera.last->visit))
            camera.last.reset();
        // Another visit of the same person may still be in view.
        for (const auto &[id, track] : camera.tracks) {
            const Sighting &seen = track.sighting;
            if (!seen.person.empty() && !camera.visitors.contains(seen.person)) {
                const std::uint64_t number = ++identifications_;
                camera.visitors[seen.person] = {.name = seen.name,
                                                .visit = seen.visit,
                                                .arrived = number,
                                                .identified = number,
                                                .end = {}};
            }
        }
    }
}

void Presence::tidy(Camera &camera, Time now) const
{
    const auto isOver = [&](Time end) { return end + hold_ <= now; };
    for (auto visitor = camera.visitors.begin(); visitor != camera.visitors.end();) {
        if (visitor->second.end && isOver(*visitor->second.end))
            visitor->second.end.reset();
        if (!visitor->second.end && !isInView(camera, visitor->first))
            visitor = camera.visitors.erase(visitor);
        else
            ++visitor;
    }
    std::erase_if(camera.ended, [&](const auto &ended) { return isOver(ended.second); });
    if (camera.last && camera.last->at + keepLast_ <= now)
        camera.last.reset();
}

void Presence::advance(Time now)
{
    for (auto &[name, camera] : cameras_)
        tidy(camera, now);
}

std::optional<Presence::Time> Presence::nextChange() const
{
    std::optional<Time> next;
    for (const auto &[name, camera] : cameras_) {
        for (const auto &[person, visitor] : camera.visitors) {
            if (visitor.end)
                earlier(next, *visitor.end + hold_);
        }
        if (camera.last)
            earlier(next, camera.last->at + keepLast_);
    }
    return next;
}

Presence::Summary Presence::summary(const std::string &cameraName) const
{
    Summary summary;
    const auto found = cameras_.find(cameraName);
    if (found == cameras_.end())
        return summary;
    const Camera &camera = found->second;
    summary.count = static_cast<unsigned>(camera.tracks.size());
    for (const auto &[id, track] : camera.tracks) {
        summary.unknown += track.sighting.status == Status::Unknown;
        summary.spoof += track.sighting.status == Status::Spoof;
    }
    std::vector<const Visitor *> visitors;
    for (const auto &[person, visitor] : camera.visitors)
        visitors.push_back(&visitor);
    std::sort(visitors.begin(), visitors.end(),
              [](const Visitor *a, const Visitor *b) { return a->arrived < b->arrived; });
    for (const Visitor *visitor : visitors) {
        // Someone may be enrolled several times.
        if (std::find(summary.names.begin(), summary.names.end(), visitor->name) ==
            summary.names.end())
            summary.names.push_back(visitor->name);
    }
    if (camera.last)
        summary.last = camera.last->last;
    return summary;
}

std::string Presence::placeOf(const std::string &person) const
{
    std::string place;
    std::uint64_t identified = 0;
    for (const auto &[name, camera] : cameras_) {
        const auto visitor = camera.visitors.find(person);
        if (visitor != camera.visitors.end() && visitor->second.identified > identified) {
            identified = visitor->second.identified;
            place = name;
        }
    }
    return place;
}

} // namespace ooto::core
