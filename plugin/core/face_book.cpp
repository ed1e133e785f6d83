// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/face_book.h"

#include <algorithm>

namespace ooto::core
{

FaceView FaceBook::view(const Tracker::Track &track, const Record &record, const Box &box) const
{
    FaceView view;
    view.trackId = track.id;
    view.box = box;
    view.detectionScore = track.score;
    view.landmarks = track.landmarks;
    record.inquiry.describe(view);
    return view;
}

FaceEvent FaceBook::event(FaceEventType type, Record &record, const FrameTimes &now) const
{
    record.inquiry.describe(record.last);
    FaceEvent event{type, record.last, now, record.ended, nullptr, record.photoIsPng};
    if (rules_.keepPhotos && type != FaceEventType::New)
        event.photo = record.photo;
    return event;
}

FaceBook::Events FaceBook::observe(const FrameTimes &sample, const FrameShape &frame,
                                   const std::vector<Observation> &seen)
{
    Events events;
    const auto update = tracker_.update(sample.runningTime, seen, rules_.tracking);
    wishes_.clear();

    for (std::size_t i = 0; i < seen.size(); ++i) {
        const Tracker::Track *track =
            update.trackOf[i] ? tracker_.find(*update.trackOf[i]) : nullptr;
        if (!track)
            continue;
        Record &record = records_[track->id];
        record.last.trackId = track->id;
        const Box inside = intersection(seen[i].box, {0, 0, 1, 1});
        if (!inside.empty())
            record.last = view(*track, record, inside);
        if (std::any_of(update.confirmed.begin(), update.confirmed.end(),
                        [track](const auto &fresh) { return fresh.id == track->id; }))
            events.push_back(event(FaceEventType::New, record, sample));

        auto wish = record.inquiry.wish(seen[i].box, frame, sample.runningTime, rules_.asking);
        if (wish) {
            wish->trackId = track->id;
            wishes_.push_back(*wish);
        }
    }
    std::sort(wishes_.begin(), wishes_.end(),
              [](const PhotoWish &a, const PhotoWish &b) { return a.trackId > b.trackId; });

    Events ends = end(update.ended, sample);
    std::move(ends.begin(), ends.end(), std::back_inserter(events));
    return events;
}

void FaceBook::putOff(TrackId id, Reason reason)
{
    if (const auto found = records_.find(id); found != records_.end())
        found->second.inquiry.putOff(reason);
}

bool FaceBook::sent(TrackId id, const SentPhoto &photo, const PhotoBytes &bytes, bool png)
{
    const auto found = records_.find(id);
    if (found == records_.end() || found->second.ended)
        return false;
    found->second.inquiry.sent(photo);
    found->second.photo = rules_.keepPhotos ? bytes : nullptr;
    found->second.photoIsPng = png;
    return true;
}

FaceBook::Events FaceBook::replied(TrackId id, const Reply &reply, const FrameTimes &now)
{
    const auto found = records_.find(id);
    if (found == records_.end())
        return {};
    Record &record = found->second;
    Events events;
    if (record.inquiry.replied(reply, now, rules_.asking))
        events.push_back(event(FaceEventType::Answered, record, now));
    if (record.ended)
        records_.erase(found);
    return events;
}

FaceBook::Events FaceBook::advance(const FrameTimes &now)
{
    return end(tracker_.advance(now.runningTime, rules_.tracking), now);
}

FaceBook::Events FaceBook::endAll(const FrameTimes &now)
{
    wishes_.clear();
    return end(tracker_.endAll(), now);
}

FaceBook::Events FaceBook::end(const std::vector<TrackId> &ids, const FrameTimes &now)
{
    Events events;
    for (const TrackId id : ids) {
        const auto found = records_.find(id);
        if (found == records_.end())
            continue;
        events.push_back(event(FaceEventType::End, found->second, now));
        if (found->second.inquiry.inFlight())
            found->second.ended = true;
        else
            records_.erase(found);
    }
    return events;
}

std::vector<FaceView> FaceBook::faces(StreamTime runningTime) const
{
    std::vector<FaceView> faces;
    for (const Tracker::Track &track : tracker_.tracks()) {
        const auto record = records_.find(track.id);
        if (!track.confirmed() || record == records_.end())
            continue;
        if (const auto box = tracker_.boxAt(track, runningTime, rules_.tracking))
            faces.push_back(view(track, record->second, *box));
    }
    return faces;
}

} // namespace ooto::core
