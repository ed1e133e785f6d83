// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/face_book.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

// Photos of people who have left wait for the service, newest first; some 10 MB at most.
constexpr std::size_t mostEnded = 128;
// Of a face that was not seen, so much behind one that was.
constexpr double hiddenShare = 0.3;

bool byNewestTrack(TrackId a, TrackId b)
{
    return a > b;
}

} // namespace

TrackId FaceBook::ownerOf(TrackId id) const
{
    const auto now = goesOnAs_.find(id);
    return now == goesOnAs_.end() ? id : now->second;
}

FaceBook::Record *FaceBook::find(TrackId id)
{
    const auto found = records_.find(ownerOf(id));
    return found == records_.end() ? nullptr : &found->second;
}

FaceView FaceBook::view(const Tracker::Track &track, const Record &record, const Box &box) const
{
    FaceView view;
    view.trackId = track.id;
    view.objectId = track.objectId;
    view.firstSeen = track.firstSeen;
    view.since = record.since;
    view.visit = record.visit;
    view.box = box;
    if (track.missed == 0)
        view.sampledBox = track.motion.lastBox();
    view.detectionScore = track.score;
    view.landmarks = track.landmarks;
    record.inquiry.describe(view);
    return view;
}

FaceEvent FaceBook::event(FaceEventType type, Record &record, const FrameTimes &now) const
{
    if (type == FaceEventType::New)
        record.since = now.wallClock;
    record.last.since = record.since;
    record.last.visit = record.visit;
    record.inquiry.describe(record.last);
    FaceEvent event{type, record.last, now, record.ended.has_value(), nullptr, record.photoIsPng};
    if (rules_.keepPhotos && type != FaceEventType::New)
        event.photo = record.photo;
    if (type == FaceEventType::End)
        event.lastSeen = record.lastSeen;
    return event;
}

FaceBook::Events FaceBook::observe(const FrameTimes &sample, const FrameShape &frame,
                                   const std::vector<Observation> &seen, const Point &cameraShift)
{
    Events events;
    const StreamTime now = sample.runningTime;
    const auto update = tracker_.update(now, seen, rules_.tracking, cameraShift, takenIds());
    wishes_.clear();
    // First: who goes on with a lost track ends it.
    end(update.ended, sample, events);
    for (const Tracker::Confirmed &confirmed : update.confirmed)
        confirm(confirmed, sample);

    for (std::size_t i = 0; i < seen.size(); ++i) {
        const Tracker::Track *track =
            update.trackOf[i] ? tracker_.find(*update.trackOf[i]) : nullptr;
        if (!track)
            continue;
        Record &record = records_[track->id];
        record.lastSeen = sample;
        const Box inside = intersection(seen[i].box, {0, 0, 1, 1});
        if (!inside.empty())
            record.last = view(*track, record, inside);
        visits_.seen(record.visit, now);
        // Of two who overlap, or just did, a photo could be the other's.
        if (seen[i].weak || track->overlapping || !track->contacts.empty())
            continue;
        if (auto wish = record.inquiry.see(seen[i].box, frame, now, rules_.asking)) {
            wish->trackId = track->id;
            wish->observation = i;
            wishes_.push_back(*wish);
        }
    }
    std::sort(wishes_.begin(), wishes_.end(), [](const ShotWish &a, const ShotWish &b) {
        return byNewestTrack(a.trackId, b.trackId);
    });

    for (const Tracker::Confirmed &confirmed : update.confirmed) {
        Record &record = records_[confirmed.id];
        record.last.trackId = confirmed.id;
        events.push_back(event(FaceEventType::New, record, sample));
        if (confirmed.continues && record.last.status != Status::Pending)
            events.push_back(event(FaceEventType::Updated, record, sample));
    }
    for (const TrackId id : update.doubted) {
        Record *record = find(id);
        const bool said = record && record->last.status != Status::Pending;
        if (record)
            record->inquiry.doubt();
        if (said)
            events.push_back(event(FaceEventType::Updated, *record, sample));
    }
    settle(sample, events);
    return events;
}

void FaceBook::confirm(const Tracker::Confirmed &confirmed, const FrameTimes &now)
{
    Record &record = records_[confirmed.id];
    // The number of one who is gone was given again, by who numbers the faces.
    if (record.ended && confirmed.continues != confirmed.id)
        record = {};
    record.ended.reset();
    if (confirmed.continues && *confirmed.continues != confirmed.id)
        takeOver(record, confirmed.id, *confirmed.continues);
    if (record.visit == 0)
        record.visit = visits_.begin(now.runningTime);
}

/** Of those who are gone and for whom an answer may still come. */
std::set<TrackId> FaceBook::takenIds() const
{
    std::set<TrackId> taken;
    for (const auto &[id, record] : records_) {
        if (record.ended && (record.inquiry.inFlight() || record.inquiry.hasUnsent()))
            taken.insert(id);
    }
    for (const auto &[ended, goesOn] : goesOnAs_)
        taken.insert(ended);
    return taken;
}

void FaceBook::takeOver(Record &record, TrackId id, TrackId from)
{
    const auto found = records_.find(from);
    if (found == records_.end())
        return;
    record.inquiry = std::move(found->second.inquiry);
    record.visit = found->second.visit;
    record.photo = std::move(found->second.photo);
    record.photoIsPng = found->second.photoIsPng;
    records_.erase(found);
    // An answer that is still under way comes for the old number, or for that one's old number.
    for (auto &[ended, goesOn] : goesOnAs_) {
        if (goesOn == from)
            goesOn = id;
    }
    goesOnAs_[from] = id;
}

bool FaceBook::judge(TrackId id, const ShotQuality &quality, Reason worst)
{
    Record *record = find(id);
    return record && record->inquiry.judge(quality, worst, rules_.asking);
}

void FaceBook::offer(TrackId id, Shot shot)
{
    const StreamTime now = shot.times.runningTime;
    if (Record *record = find(id))
        record->inquiry.offer(std::move(shot), now);
}

bool FaceBook::seesItsLast(TrackId id, const Record &record, StreamTime now) const
{
    if (record.ended)
        return true;
    const Tracker::Track *track = tracker_.find(id);
    return track && tracker_.leaving(*track, now, rules_.tracking);
}

bool FaceBook::isDue(TrackId id, const Record &record, StreamTime now) const
{
    // The cheap question first: this is asked for each face on each frame.
    return record.inquiry.hasUnsent() &&
           record.inquiry.due(now, seesItsLast(id, record, now), rules_.asking);
}

bool FaceBook::isDue(TrackId id, StreamTime now) const
{
    const auto found = records_.find(ownerOf(id));
    return found != records_.end() && isDue(found->first, found->second, now);
}

std::vector<TrackId> FaceBook::due(StreamTime now) const
{
    std::vector<TrackId> due;
    for (const auto &[id, record] : records_) {
        if (isDue(id, record, now))
            due.push_back(id);
    }
    std::sort(due.begin(), due.end(), byNewestTrack);
    return due;
}

std::optional<Shot> FaceBook::take(TrackId id, StreamTime now)
{
    if (!isDue(id, now))
        return std::nullopt;
    Record *record = find(id);
    auto shot = record->inquiry.take();
    if (shot) {
        record->photo = rules_.keepPhotos ? shot->bytes : nullptr;
        record->photoIsPng = shot->png;
    }
    return shot;
}

void FaceBook::putOff(TrackId id, Reason reason)
{
    if (Record *record = find(id))
        record->inquiry.putOff(reason);
}

void FaceBook::noteIdentity(Record &record, const FrameTimes &now)
{
    if (const std::string *templateId = record.inquiry.identity())
        record.visit =
            visits_.identified(record.visit, *templateId, now.runningTime, rules_.visitTimeout);
}

FaceBook::Events FaceBook::replied(TrackId id, const Reply &reply, const FrameTimes &now)
{
    Record *record = find(id);
    if (!record)
        return {};
    Events events;
    const Status before = record->inquiry.status();
    const bool tell = record->inquiry.replied(reply, now, rules_.asking);
    noteIdentity(*record, now);
    if (record->ended)
        record->inquiry.settle(now.runningTime, true);
    if (tell)
        events.push_back(event(FaceEventType::Answered, *record, now));
    else if (record->inquiry.status() != before)
        events.push_back(event(FaceEventType::Updated, *record, now)); // given up
    forget(now.runningTime);
    return events;
}

FaceBook::Events FaceBook::rejudge(const FrameTimes &now)
{
    Events events;
    for (auto &[id, record] : records_) {
        const Status before = record.inquiry.status();
        record.inquiry.rejudge(rules_.asking);
        if (record.inquiry.status() == before)
            continue;
        noteIdentity(record, now);
        if (!record.ended && record.visit != 0)
            events.push_back(event(FaceEventType::Updated, record, now));
    }
    return events;
}

void FaceBook::serviceIsBack()
{
    for (auto &[id, record] : records_)
        record.inquiry.serviceIsBack();
}

FaceBook::Events FaceBook::advance(const FrameTimes &now)
{
    Events events;
    end(tracker_.advance(now.runningTime, rules_.tracking), now, events);
    settle(now, events);
    return events;
}

FaceBook::Events FaceBook::endAll(const FrameTimes &now)
{
    Events events;
    wishes_.clear();
    end(tracker_.endAll(), now, events);
    return events;
}

FaceBook::Events FaceBook::flush(const FrameTimes &now)
{
    Events events = endAll(now);
    std::erase_if(records_, [](const auto &entry) { return !entry.second.inquiry.inFlight(); });
    return events;
}

void FaceBook::end(const std::vector<TrackId> &ids, const FrameTimes &now, Events &events)
{
    for (const TrackId id : ids) {
        const auto found = records_.find(id);
        if (found == records_.end())
            continue;
        found->second.inquiry.settle(now.runningTime, true);
        events.push_back(event(FaceEventType::End, found->second, now));
        found->second.ended = now.runningTime;
    }
    forget(now.runningTime);
}

void FaceBook::settle(const FrameTimes &now, Events &events)
{
    for (auto &[id, record] : records_) {
        if (record.inquiry.settle(now.runningTime, false))
            events.push_back(event(FaceEventType::Updated, record, now));
    }
}

void FaceBook::forget(StreamTime now)
{
    std::size_t ended = 0;
    for (auto entry = records_.end(); entry != records_.begin();) {
        --entry;
        const Record &record = entry->second;
        if (!record.ended)
            continue;
        const StreamTime gone = now - *record.ended;
        const bool waits =
            record.inquiry.hasUnsent() && gone <= rules_.visitTimeout && ++ended <= mostEnded;
        // The tracker counts from the last detection: who ended has less than the whole time left.
        const bool mayGoOn = gone <= rules_.tracking.relinkTime;
        if (!record.inquiry.inFlight() && !waits && !mayGoOn)
            entry = records_.erase(entry);
    }
    std::erase_if(goesOnAs_, [this](const auto &link) { return !records_.contains(link.second); });
    visits_.forget(now, rules_.visitTimeout);
}

/** Whether somebody who was seen stands before a face that was not: its name would lie on him. */
bool FaceBook::isHidden(const Tracker::Track &track, const Box &box, StreamTime now) const
{
    if (track.missed == 0)
        return false;
    for (const Tracker::Track &other : tracker_.tracks()) {
        if (other.serial == track.serial || !other.confirmed() || other.missed > 0)
            continue;
        const auto front = tracker_.boxAt(other, now, rules_.tracking);
        if (front && intersection(*front, box).area() > hiddenShare * box.area())
            return true;
    }
    return false;
}

std::vector<FaceView> FaceBook::faces(StreamTime runningTime) const
{
    std::vector<FaceView> faces;
    for (const Tracker::Track &track : tracker_.tracks()) {
        const auto record = records_.find(track.id);
        if (!track.confirmed() || record == records_.end())
            continue;
        const auto box = tracker_.boxAt(track, runningTime, rules_.tracking);
        if (box && !isHidden(track, *box, runningTime))
            faces.push_back(view(track, record->second, *box));
    }
    return faces;
}

} // namespace ooto::core
