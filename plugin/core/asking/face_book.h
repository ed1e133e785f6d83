// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is in the picture now, and what is known of them: tracks, visits and inquiries together.
#pragma once

#include "core/asking/face.h"
#include "core/asking/face_record.h"
#include "core/asking/forgotten_people.h"
#include "core/asking/inquiry.h"
#include "core/asking/shot.h"
#include "core/asking/visit_book.h"
#include "core/tracking/face_watch.h"
#include "core/tracking/tracker.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ooto::core
{

struct BookRules {
    TrackerRules tracking;
    AskingRules asking;
    StreamTime visitTimeout = std::chrono::seconds(120);
    bool keepPhotos = false; ///< events carry the last photo sent
};

/** What others call a visit of somebody, or null: as it is called here. */
struct VisitName {
    VisitNumber number = 0;
    std::string templateId;
    std::shared_ptr<const std::string> name{};
};

/**
 * The state of one stream. Pure: it is told what was seen, sent and answered, and when, and says
 * what to photograph, what to ask, what to show and what to report. Not thread-safe; no call takes
 * long.
 *
 * Sample by sample: observe(); for each of wishes() judge(), and where that wants a photo offer();
 * then for each of due() takePhoto() and send, or putOff().
 */
class FaceBook
{
public:
    using Events = std::vector<FaceEvent>;

    void setRules(const BookRules &rules) { rules_ = rules; }
    /** Judges the answers that are there by the rules of now. */
    Events rejudge(const FrameTimes &now);

    /** One sample was analysed. */
    Events observe(const FrameTimes &sample, const FrameShape &frame,
                   const std::vector<Observation> &seen, const PictureChange &picture = {},
                   const SearchPlan &search = {});
    /** Where faces must be looked for in a sample of this time; see SearchPlanner. */
    std::vector<FaceToFind> facesToFind(StreamTime time) const;
    /** A sample was not searched for faces: nothing moved, and no face was in view. */
    void passSample(StreamTime time) { tracker_.passSample(time); }
    /** Of which faces of the last sample a photo may be wanted, newest face first. */
    const std::vector<ShotWish> &wishes() const { return wishes_; }
    /** How good that photo would be. @return true when it is wanted */
    bool judge(TrackId id, const ShotQuality &quality, Reason worst);
    void offer(TrackId id, Shot shot);

    /** The tracks whose photos should be sent now, newest face first. */
    std::vector<TrackId> due(StreamTime now) const;
    bool isDue(TrackId id, StreamTime now) const;
    /** The photo that is due; nothing when it no longer is: asked in between, failed, or gone. */
    std::optional<Shot> takePhoto(TrackId id, StreamTime now);
    void putOff(TrackId id, Reason reason);
    /** @param visit as visitOf() said, and what others call it by now */
    Events noteReply(TrackId id, const Reply &reply, const FrameTimes &now,
                     const std::optional<VisitName> &visit = std::nullopt);
    /**
     * The visit that the reply would begin, or go on with. Nothing where it would name nobody, or
     * that is not known before.
     */
    std::optional<VisitNumber> visitOf(TrackId id, const Reply &reply) const;
    std::shared_ptr<const std::string> visitName(VisitNumber visit) const;
    /** The visit that others call so; 0: none. */
    VisitNumber visitNamed(const std::string &name) const { return visits_.named(name); }
    /** @return `updated` for each face in view whose visit is called otherwise now */
    Events nameVisit(const VisitName &visit, const FrameTimes &now);

    /**
     * Nobody is to know this person any more: whoever in view has the template or the visit, or
     * has left and may still be answered about. Answer, photos and name go; for the rest of the
     * track the face is `unavailable` (`forgotten`) and nothing is asked about it. A reply under
     * way is dropped when it comes; one that names the template within the next ten minutes, on
     * whatever track, makes that track one of a forgotten person, too, see ForgottenPeople. A face
     * that was only somewhat like the template stays `unknown`, without saying like whom.
     * @return `updated` for each face in view that is known no more
     */
    Events forget(const Whom &whom, const FrameTimes &now);
    /** An event from before a forget() that is not told yet: nobody forgotten is in it. */
    void obscure(FaceEvent &event) const { forgotten_.obscure(event); }

    /** The service, or the key, is well again. */
    void serviceIsBack();

    /** A frame came, which has not been looked at. */
    Events noteFrame(const FrameTimes &now);
    /** Time passed without a frame. */
    Events advance(const FrameTimes &now);
    /** The stream ends: photos that wait are still due. */
    Events endAll(const FrameTimes &now);
    /** Forgets everything but what is under way, and the visits. */
    Events flush(const FrameTimes &now);
    /** The faces in view at this running time, but those that another one hides. */
    std::vector<FaceView> faces(StreamTime runningTime) const;
    /** Where they are, for the watch over them from frame to frame. */
    std::vector<WatchedFace> watched(StreamTime runningTime) const;
    /**
     * Where the faces of all other tracks are by their motion, 0..1 of the frame: also of tracks
     * that the last sample missed, and of those that are not believed in yet.
     */
    std::vector<Box> othersThan(TrackId id, StreamTime time) const;
    bool hasTracks() const { return !tracker_.tracks().empty(); }

    std::uint64_t visits() const { return visits_.count(); }

private:
    FaceEvent event(FaceEventType type, FaceRecord &record, const FrameTimes &now) const;
    void confirm(TrackId id, const FrameTimes &now);
    void takeOver(FaceRecord &record, TrackId id, TrackId past, StreamTime now);
    /** @return true when people should hear of it */
    bool noteWhoIsThere(FaceRecord &record, const Continuity &continuity, StreamTime now);
    KnownFace newPerson(const PersonId &id, StreamTime now);
    void withhold(FaceRecord &record, const PersonId &another, StreamTime now);
    void replace(KnownFace &person, KnownFace &&by, FaceRecord &record);
    void endDoubt(TrackId id, FaceRecord &record);
    void dropNeedlessDoubt(TrackId id, FaceRecord &record);
    void contestDoubles(const FrameTimes &now, Events &events);
    std::set<TrackId> reservedIds(bool allEnd) const;
    void end(const std::vector<TrackId> &ids, const FrameTimes &now, Events &events);
    void settle(const FrameTimes &now, Events &events);
    void noteIdentity(FaceRecord &record, StreamTime now);
    void dropOld(StreamTime now);
    bool isForgotten(const KnownFace &person) const;
    void noteForgotten(const KnownFace &person, StreamTime now);
    /** @return true when something was known of the person that is not any more */
    bool forgetOrObscure(KnownFace &person);
    Reply withoutForgotten(const Reply &reply, KnownFace &about, StreamTime now);
    bool seesItsLast(TrackId id, const FaceRecord &record, StreamTime now) const;
    bool isDue(TrackId id, const FaceRecord &record, StreamTime now) const;
    /** The track with the record of this number: itself, or the one that goes on with it. */
    TrackId ownerOf(TrackId id) const;
    std::shared_ptr<const std::string> visitNameOf(const FaceRecord &record) const;
    FaceView view(const Tracker::Track &track, const FaceRecord &record, const Box &box) const;
    FaceRecord *find(TrackId id);

    BookRules rules_;
    Tracker tracker_;
    VisitBook visits_;
    std::map<TrackId, FaceRecord> records_;
    ForgottenPeople forgotten_;
    std::map<TrackId, TrackId> goesOnAs_; ///< ended tracks whose answers are another's now
    std::vector<ShotWish> wishes_;
};

} // namespace ooto::core
