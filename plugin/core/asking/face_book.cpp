// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/face_book.h"

#include "core/asking/hidden_faces.h"

#include <algorithm>
#include <utility>

namespace ooto::core
{

namespace
{

// Photos of people who have left wait for the service, newest first; some 10 MB at most, and with
// whole frames 40 MB.
constexpr std::size_t mostEnded = 128;

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

FaceRecord *FaceBook::find(TrackId id)
{
    const auto found = records_.find(ownerOf(id));
    return found == records_.end() ? nullptr : &found->second;
}

/** Also after the visit is over, for what is told late. */
std::shared_ptr<const std::string> FaceBook::visitNameOf(const FaceRecord &record) const
{
    auto name = visits_.nameOf(record.now.visit);
    if (!name && record.last.visit == record.now.visit && !visits_.isKept(record.now.visit))
        name = record.last.visitName;
    return name;
}

FaceView FaceBook::view(const Tracker::Track &track, const FaceRecord &record, const Box &box) const
{
    FaceView view;
    view.trackId = track.id;
    view.objectId = track.objectId;
    view.firstSeen = track.firstSeen;
    view.since = record.since;
    view.box = box;
    if (track.missed == 0)
        view.sampledBox = track.motion.lastBox();
    view.detectionScore = track.score;
    view.landmarks = track.landmarks;
    record.describe(view);
    view.visitName = visitNameOf(record);
    return view;
}

FaceEvent FaceBook::event(FaceEventType type, FaceRecord &record, const FrameTimes &now) const
{
    if (type == FaceEventType::New)
        record.since = now.wallClock;
    record.last.since = record.since;
    record.last.visitName = visitNameOf(record);
    record.describe(record.last);
    FaceEvent event{.type = type,
                    .face = record.last,
                    .times = now,
                    .late = record.ended.has_value(),
                    .photo = nullptr,
                    .photoIsPng = record.now.photoIsPng};
    if (rules_.keepPhotos && type != FaceEventType::New)
        event.photo = record.now.photo;
    if (rules_.keepPhotos && type == FaceEventType::Answered)
        event.frame = record.now.frame;
    if (type == FaceEventType::End)
        event.lastSeen = record.lastSeen;
    // What was last seen of the face may be of before.
    forgotten_.obscure(event);
    return event;
}

FaceBook::Events FaceBook::observe(const FrameTimes &sample, const FrameShape &frame,
                                   const std::vector<Observation> &seen,
                                   const PictureChange &picture, const SearchPlan &search)
{
    Events events;
    const StreamTime now = sample.runningTime;
    const auto update =
        tracker_.update(now, seen, rules_.tracking, picture, reservedIds(picture.another), search);
    wishes_.clear();
    // First: a track that begins where another was lost comes after that one's end.
    end(update.ended, sample, events);
    for (const TrackId id : update.confirmed)
        confirm(id, sample);
    std::set<TrackId> changed;
    for (const auto &[id, past] : update.relinked) {
        takeOver(records_[id], id, past, now);
        changed.insert(id);
    }
    std::vector<TrackId> inView;
    for (const Tracker::Track &track : tracker_.tracks()) {
        if (track.confirmed() && records_.contains(track.id))
            inView.push_back(track.id);
    }
    for (const TrackId id : inView) {
        FaceRecord &record = records_.at(id);
        if (noteWhoIsThere(record, tracker_.find(id)->continuity, now))
            changed.insert(id);
        dropNeedlessDoubt(id, record);
    }

    for (std::size_t i = 0; i < seen.size(); ++i) {
        const Tracker::Track *track =
            update.trackOf[i] ? tracker_.find(*update.trackOf[i]) : nullptr;
        if (!track)
            continue;
        FaceRecord &record = records_[track->id];
        record.lastSeen = sample;
        const Box inside = intersection(seen[i].box, {0, 0, 1, 1});
        if (!inside.empty())
            record.last = view(*track, record, inside);
        visits_.noteSeen(record.now.visit, now);
        // Of two faces that overlap, or just did, a photo could be the other's.
        if (track->overlapping || !track->contacts.empty()) {
            record.now.inquiry.noteCrowded();
            continue;
        }
        if (seen[i].weak)
            continue;
        if (auto wish = record.now.inquiry.see(seen[i].box, frame, now, rules_.asking)) {
            wish->trackId = track->id;
            wish->observation = i;
            wishes_.push_back(*wish);
        }
    }
    std::sort(wishes_.begin(), wishes_.end(), [](const ShotWish &a, const ShotWish &b) {
        return byNewestTrack(a.trackId, b.trackId);
    });

    for (const TrackId id : update.confirmed) {
        FaceRecord &record = records_[id];
        record.last.trackId = id;
        events.push_back(event(FaceEventType::New, record, sample));
    }
    for (const TrackId id : changed) {
        FaceRecord &record = records_[id];
        const bool isNew = std::count(update.confirmed.begin(), update.confirmed.end(), id) > 0;
        if (!isNew || record.now.inquiry.status() != Status::Pending)
            events.push_back(event(FaceEventType::Updated, record, sample));
    }
    contestDoubles(sample, events);
    settle(sample, events);
    return events;
}

std::vector<FaceToFind> FaceBook::facesToFind(StreamTime time) const
{
    std::vector<FaceToFind> faces = tracker_.facesToFind(time);
    for (FaceToFind &face : faces) {
        const auto record = records_.find(face.track);
        face.settled = record != records_.end() && record->second.isSettled(rules_.asking);
        face.relaxed &= face.settled;
    }
    return faces;
}

void FaceBook::confirm(TrackId id, const FrameTimes &now)
{
    FaceRecord &record = records_[id];
    const Tracker::Track &track = *tracker_.find(id);
    const PersonId person = track.continuity.person();
    // The element upstream gave a number again. Is it the same person again?
    const bool again = record.ended && track.continuity.mayContinue(id);
    if (record.ended && !again && record.now.id != person)
        record = {};
    record.ended.reset();
    if (again)
        withhold(record, person, now.runningTime);
    record.now.id = person;
    if (record.now.visit == 0)
        record.now.visit = visits_.begin(now.runningTime);
}

/** The person counts no more; the answers are counted all the same. */
void FaceBook::replace(KnownFace &person, KnownFace &&by, FaceRecord &record)
{
    record.attemptsBefore += person.inquiry.attempts();
    visits_.drop(person.visit);
    person = std::move(by);
}

bool FaceBook::noteWhoIsThere(FaceRecord &record, const Continuity &continuity, StreamTime now)
{
    const Status before = record.now.inquiry.status();
    const PersonId person = continuity.person();
    const bool wasCertain = !record.doubt;
    record.doubt = continuity.doubt();
    record.mayAsk = continuity.mayAsk();
    if (person != record.now.id) {
        // A request that such a doubt cost counts for no one: the next one is to be rarer.
        const bool wasted =
            !wasCertain && (record.now.inquiry.attempts() > 0 || record.inFlight == record.now.id);
        if (wasted)
            record.makeNextDoubtWait();
        if (record.withheld && record.withheld->id == person) {
            replace(record.now, std::move(*record.withheld), record);
            record.withheld.reset();
            noteIdentity(record, now);
        } else if (wasCertain) {
            withhold(record, person, now);
        } else {
            replace(record.now, newPerson(person, now), record);
            if (wasted || record.doubt == DoubtCause::Gap)
                record.waitForDoubt(now);
        }
    }
    if (!record.doubt) {
        record.dropWithheld();
        record.notBefore.reset();
    }
    return record.now.inquiry.status() != before;
}

/** Without a request nothing was said that could be wrong: the track shows somebody new. */
void FaceBook::dropNeedlessDoubt(TrackId id, FaceRecord &record)
{
    const bool mayBeKnown = record.doubt == DoubtCause::Past || record.doubt == DoubtCause::Contact;
    if (!record.withheld || !record.doubt || mayBeKnown ||
        record.withheld->inquiry.attempts() > 0 || record.withheld->inquiry.isForgotten() ||
        record.inFlight == record.withheld->id)
        return;
    visits_.drop(record.withheld->visit);
    record.withheld.reset();
    record.doubt.reset();
    record.mayAsk = true;
    tracker_.noteAnswer(id, false);
}

KnownFace FaceBook::newPerson(const PersonId &id, StreamTime now)
{
    KnownFace person;
    person.id = id;
    person.visit = visits_.begin(now);
    return person;
}

void FaceBook::withhold(FaceRecord &record, const PersonId &another, StreamTime now)
{
    record.withheld = std::move(record.now);
    record.now = newPerson(another, now);
    record.waitForDoubt(now);
}

/** Of tracks that ended, or end now, and for which an answer may still come. */
std::set<TrackId> FaceBook::reservedIds(bool allEnd) const
{
    std::set<TrackId> taken;
    for (const auto &[id, record] : records_) {
        if ((record.ended || allEnd) && (record.inFlight || record.now.inquiry.hasUnsent()))
            taken.insert(id);
    }
    for (const auto &[ended, goesOn] : goesOnAs_)
        taken.insert(ended);
    return taken;
}

void FaceBook::takeOver(FaceRecord &record, TrackId id, TrackId past, StreamTime now)
{
    const auto found = records_.find(past);
    const Tracker::Track *track = tracker_.find(id);
    if (past == id || found == records_.end() || !track)
        return;
    const PersonId person = track->continuity.person();
    FaceRecord &from = found->second;
    if (from.withheld && from.withheld->id == person)
        replace(from.now, std::move(*from.withheld), from);
    if (from.now.id != person)
        return; // an answer after the end: it was another person at last
    replace(record.now, std::move(from.now), record);
    record.attemptsBefore += from.attemptsBefore;
    record.withheld.reset();
    record.doubtWait = from.doubtWait;
    if (from.inFlight)
        record.inFlight = from.inFlight;
    records_.erase(found);
    noteIdentity(record, now);
    // An answer that is still under way comes for the old number, or for that one's old number.
    for (auto &[ended, goesOn] : goesOnAs_) {
        if (goesOn == past)
            goesOn = id;
    }
    goesOnAs_[past] = id;
}

bool FaceBook::judge(TrackId id, const ShotQuality &quality, Reason worst)
{
    FaceRecord *record = find(id);
    return record && record->now.inquiry.judge(quality, worst, rules_.asking);
}

void FaceBook::offer(TrackId id, Shot shot)
{
    const StreamTime now = shot.times.runningTime;
    if (FaceRecord *record = find(id))
        record->now.inquiry.offer(std::move(shot), now);
}

bool FaceBook::seesItsLast(TrackId id, const FaceRecord &record, StreamTime now) const
{
    if (record.ended)
        return true;
    const Tracker::Track *track = tracker_.find(id);
    return track && tracker_.leaving(*track, now, rules_.tracking);
}

bool FaceBook::isDue(TrackId id, const FaceRecord &record, StreamTime now) const
{
    // The cheap questions first: this is asked for each face on each frame.
    if (!record.now.inquiry.hasUnsent() || record.inFlight || !record.mayAsk)
        return false;
    if (record.notBefore && now < *record.notBefore)
        return false;
    return record.now.inquiry.due(now, seesItsLast(id, record, now), rules_.asking);
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

std::optional<Shot> FaceBook::takePhoto(TrackId id, StreamTime now)
{
    if (!isDue(id, now))
        return std::nullopt;
    FaceRecord *record = find(id);
    auto shot = record->now.inquiry.takePhoto(rules_.asking);
    if (shot) {
        record->inFlight = record->now.id;
        record->now.photo = rules_.keepPhotos ? shot->bytes : nullptr;
        record->now.photoIsPng = shot->png;
        record->now.frame = rules_.keepPhotos ? shot->frameBytes : nullptr;
    }
    return shot;
}

void FaceBook::putOff(TrackId id, Reason reason)
{
    if (FaceRecord *record = find(id))
        record->now.inquiry.putOff(reason);
}

void FaceBook::noteIdentity(FaceRecord &record, StreamTime now)
{
    if (const std::string *templateId = record.now.inquiry.identity())
        record.now.visit =
            visits_.noteIdentity(record.now.visit, *templateId, now, rules_.visitTimeout);
}

/** The service said who is there since the doubt: the person from before, or another one. */
void FaceBook::endDoubt(TrackId id, FaceRecord &record)
{
    const Status status = record.now.inquiry.status();
    if (!record.doubt || status == Status::Pending || status == Status::Unavailable)
        return;
    const std::string *now = record.now.inquiry.identity();
    const std::string *before = record.withheld ? record.withheld->inquiry.identity() : nullptr;
    const bool same = now && before && *now == *before;
    const bool unknownAgain = record.withheld && status == Status::Unknown &&
                              record.withheld->inquiry.status() == Status::Unknown;
    if (same || unknownAgain)
        record.makeNextDoubtWait();
    else
        record.doubtWait = StreamTime{0};
    if (same) {
        visits_.drop(record.now.visit);
        record.now.visit = record.withheld->visit;
    }
    record.dropWithheld();
    record.doubt.reset();
    record.mayAsk = true;
    record.notBefore.reset();
    tracker_.noteAnswer(id, same);
}

/** A template is one face's at a time, and two faces in view are never one visit. */
void FaceBook::contestDoubles(const FrameTimes &now, Events &events)
{
    std::map<std::string, TrackId> claims;
    for (const Tracker::Track &track : tracker_.tracks()) {
        const auto found = records_.find(track.id);
        if (track.state != Track::State::Confirmed || found == records_.end() ||
            !found->second.now.inquiry.identity())
            continue;
        const auto [claim, first] = claims.emplace(*found->second.now.inquiry.identity(), track.id);
        if (first)
            continue;
        FaceRecord *better = &records_.at(claim->second);
        FaceRecord *worse = &found->second;
        if (worse->now.inquiry.similarity() > better->now.inquiry.similarity()) {
            std::swap(better, worse);
            claim->second = track.id;
        }
        worse->now.inquiry.contest(rules_.asking);
        // The template's visit is the better one's, also where the worse one had it first.
        if (visits_.isOf(worse->now.visit, claim->first))
            worse->now.visit = visits_.begin(now.runningTime);
        events.push_back(event(FaceEventType::Updated, *worse, now));
    }
}

bool FaceBook::isForgotten(const KnownFace &person) const
{
    const std::string *match = person.inquiry.match();
    return forgotten_.hasVisit(person.visit) || (match && forgotten_.hasTemplate(*match));
}

void FaceBook::noteForgotten(const KnownFace &person, StreamTime now)
{
    if (!isForgotten(person))
        return;
    if (const std::string *match = person.inquiry.match())
        forgotten_.addTemplate(*match, now);
    if (person.visit != 0)
        forgotten_.addVisit(person.visit, now);
}

bool FaceBook::forgetOrObscure(KnownFace &person)
{
    if (!isForgotten(person))
        return person.inquiry.obscure(forgotten_, rules_.asking);
    const bool wasKnown = !person.inquiry.isForgotten();
    person.forget();
    return wasKnown;
}

FaceBook::Events FaceBook::forget(const Whom &whom, const FrameTimes &now)
{
    const StreamTime time = now.runningTime;
    forgotten_.advance(time);
    if (!whom.templateId.empty())
        forgotten_.addTemplate(whom.templateId, time);
    if (whom.visit != 0) {
        forgotten_.addVisit(whom.visit, time);
        if (const std::string person = visits_.templateOf(whom.visit); !person.empty())
            forgotten_.addTemplate(person, time);
    }
    // One leads to the other: who is on a track of the visit, and the visits of the template.
    for (const auto &[id, record] : records_) {
        noteForgotten(record.now, time);
        if (record.withheld)
            noteForgotten(*record.withheld, time);
    }
    Events events;
    for (auto &[id, record] : records_) {
        if (record.withheld)
            forgetOrObscure(*record.withheld);
        const bool changed = forgetOrObscure(record.now);
        if (changed && !record.ended && record.last.trackId != 0 && record.now.visit != 0)
            events.push_back(event(FaceEventType::Updated, record, now));
    }
    visits_.forgetTemplates(forgotten_);
    return events;
}

/** What a reply says, but not about people who are forgotten. */
Reply FaceBook::withoutForgotten(const Reply &reply, KnownFace &about, StreamTime now)
{
    forgotten_.advance(now);
    Reply rest = reply;
    if (reply.outcome != Outcome::Answered)
        return rest;
    const std::string templateId = reply.answer.templateId.value_or("");
    const bool isMatched = isMatch(reply.answer, rules_.asking.similarityThreshold);
    if (about.inquiry.isForgotten() && isMatched)
        forgotten_.addTemplate(templateId, now); // the visit was forgotten before it had a name
    if (isMatched && forgotten_.hasTemplate(templateId)) {
        about.forget();
        forgotten_.addVisit(about.visit, now);
    }
    forgotten_.obscure(rest.answer);
    return rest;
}

std::optional<VisitNumber> FaceBook::visitOf(TrackId id, const Reply &reply) const
{
    const auto found = records_.find(ownerOf(id));
    const bool isAboutNow = found != records_.end() && found->second.inFlight &&
                            *found->second.inFlight == found->second.now.id;
    const Answer &answer = reply.answer;
    const auto isFine = [](const std::optional<Judgement> &judgement, bool wanted) {
        return judgement && judgement->fine ? *judgement->fine : !wanted;
    };
    const bool names = reply.outcome == Outcome::Answered && answer.templateId &&
                       isMatch(answer, rules_.asking.similarityThreshold) &&
                       isFine(answer.liveness, rules_.asking.checkLiveness) &&
                       isFine(answer.deepfake, rules_.asking.checkDeepfake);
    if (!isAboutNow || !names || forgotten_.hasTemplate(*answer.templateId) ||
        found->second.now.inquiry.isForgotten())
        return std::nullopt;
    return visits_.visitWith(found->second.now.visit, *answer.templateId);
}

std::shared_ptr<const std::string> FaceBook::visitName(VisitNumber visit) const
{
    return visits_.nameOf(visit);
}

FaceBook::Events FaceBook::nameVisit(const VisitName &visit, const FrameTimes &now)
{
    const auto before = visits_.nameOf(visit.number);
    const bool same = before && visit.name ? *before == *visit.name : before == visit.name;
    if (same || !visits_.isOf(visit.number, visit.templateId))
        return {};
    visits_.name(visit.number, visit.name);
    Events events;
    for (auto &[id, record] : records_) {
        if (record.now.visit == visit.number && !record.ended && record.last.trackId != 0)
            events.push_back(event(FaceEventType::Updated, record, now));
    }
    return events;
}

FaceBook::Events FaceBook::noteReply(TrackId id, const Reply &reply, const FrameTimes &now,
                                     const std::optional<VisitName> &visit)
{
    FaceRecord *record = find(id);
    if (!record || !record->inFlight)
        return {};
    Events events;
    const PersonId about = *std::exchange(record->inFlight, std::nullopt);
    KnownFace *person = record->find(about);
    const Status before = record->now.inquiry.status();
    bool tell = isAnswer(reply.outcome);
    if (person)
        tell = person->inquiry.noteReply(withoutForgotten(reply, *person, now.runningTime), now,
                                         rules_.asking);
    else
        record->attemptsBefore += tell; // about a person who counts no more
    if (person == &record->now) {
        endDoubt(ownerOf(id), *record);
        Events contested;
        contestDoubles(now, contested);
        noteIdentity(*record, now.runningTime);
        if (visit && record->now.visit == visit->number &&
            visits_.isOf(visit->number, visit->templateId))
            visits_.name(visit->number, visit->name);
        if (record->ended)
            record->now.inquiry.settle(now.runningTime, true);
        std::erase_if(contested, [&](const FaceEvent &event) {
            return tell && event.face.trackId == record->last.trackId;
        });
        events = std::move(contested);
    }
    if (tell)
        events.push_back(event(FaceEventType::Answered, *record, now));
    else if (record->now.inquiry.status() != before)
        events.push_back(event(FaceEventType::Updated, *record, now)); // given up
    dropOld(now.runningTime);
    return events;
}

FaceBook::Events FaceBook::rejudge(const FrameTimes &now)
{
    Events events;
    for (auto &[id, record] : records_) {
        if (record.withheld)
            record.withheld->inquiry.rejudge(rules_.asking);
        const Status before = record.now.inquiry.status();
        record.now.inquiry.rejudge(rules_.asking);
        if (record.now.inquiry.status() == before)
            continue;
        noteIdentity(record, now.runningTime);
        if (!record.ended && record.now.visit != 0)
            events.push_back(event(FaceEventType::Updated, record, now));
    }
    contestDoubles(now, events);
    return events;
}

void FaceBook::serviceIsBack()
{
    for (auto &[id, record] : records_) {
        record.now.inquiry.serviceIsBack();
        if (record.withheld)
            record.withheld->inquiry.serviceIsBack();
    }
}

FaceBook::Events FaceBook::noteFrame(const FrameTimes &now)
{
    tracker_.noteFrame(now.runningTime);
    return advance(now);
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
    std::erase_if(records_, [](const auto &entry) { return !entry.second.inFlight; });
    return events;
}

void FaceBook::end(const std::vector<TrackId> &ids, const FrameTimes &now, Events &events)
{
    for (const TrackId id : ids) {
        const auto found = records_.find(id);
        if (found == records_.end())
            continue;
        FaceRecord &record = found->second;
        // A person who turns away when leaving is not asked about for that alone.
        if (record.doubt == DoubtCause::Change && !record.mayAsk)
            record.now.inquiry.dropUnsent();
        record.mayAsk = true;
        record.notBefore.reset();
        record.now.inquiry.settle(now.runningTime, true);
        events.push_back(event(FaceEventType::End, record, now));
        record.ended = now.runningTime;
        // A doubt that is never asked about is no visit.
        const bool isAsked = record.inFlight == record.now.id || record.now.inquiry.hasUnsent() ||
                             record.now.inquiry.attempts() > 0;
        if (record.withheld && !isAsked)
            visits_.drop(record.now.visit);
    }
    dropOld(now.runningTime);
}

void FaceBook::settle(const FrameTimes &now, Events &events)
{
    for (auto &[id, record] : records_) {
        if (record.now.inquiry.settle(now.runningTime, false))
            events.push_back(event(FaceEventType::Updated, record, now));
    }
}

void FaceBook::dropOld(StreamTime now)
{
    std::size_t ended = 0;
    for (auto entry = records_.end(); entry != records_.begin();) {
        --entry;
        FaceRecord &record = entry->second;
        if (!record.ended)
            continue;
        record.ended = std::min(*record.ended, now); // time may have gone back
        const StreamTime gone = now - *record.ended;
        const bool waits =
            record.now.inquiry.hasUnsent() && gone <= rules_.visitTimeout && ++ended <= mostEnded;
        // The tracker counts from the last detection: a track that ended has less time left.
        const bool mayGoOn = gone <= rules_.tracking.relinkTime || tracker_.mayGoOn(entry->first);
        if (!record.inFlight && !waits && !mayGoOn)
            entry = records_.erase(entry);
    }
    std::erase_if(goesOnAs_, [this](const auto &link) { return !records_.contains(link.second); });
    visits_.forget(now, rules_.visitTimeout);
}

std::vector<Box> FaceBook::othersThan(TrackId id, StreamTime time) const
{
    std::vector<Box> others;
    for (const Tracker::Track &track : tracker_.tracks()) {
        if (!track.confirmed() || track.id != id)
            others.push_back(tracker_.predictedBox(track, time));
    }
    return others;
}

std::vector<FaceView> FaceBook::faces(StreamTime runningTime) const
{
    std::vector<const Tracker::Track *> tracks;
    std::vector<PlacedFace> placed;
    for (const Tracker::Track &track : tracker_.tracks()) {
        const auto record = records_.find(track.id);
        if (!track.confirmed() || record == records_.end())
            continue;
        const auto box = tracker_.boxAt(track, runningTime, rules_.tracking);
        if (!box)
            continue;
        tracks.push_back(&track);
        placed.push_back({.box = *box,
                          .missed = track.missed > 0,
                          .name = record->second.now.inquiry.identity()});
    }
    const std::vector<bool> hidden = hiddenFaces(placed);
    std::vector<FaceView> faces;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        if (!hidden[i])
            faces.push_back(view(*tracks[i], records_.at(tracks[i]->id), placed[i].box));
    }
    return faces;
}

std::vector<WatchedFace> FaceBook::watched(StreamTime runningTime) const
{
    std::vector<WatchedFace> watched;
    for (const Tracker::Track &track : tracker_.tracks()) {
        const auto box =
            track.confirmed() ? tracker_.boxAt(track, runningTime, rules_.tracking) : std::nullopt;
        if (box)
            watched.push_back({track.id, *box, track.lastSeen()});
    }
    return watched;
}

} // namespace ooto::core
