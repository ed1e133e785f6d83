// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is in the picture now, and what is known of them: tracks and their inquiries together.
#pragma once

#include "core/face.h"
#include "core/inquiry.h"
#include "core/tracker.h"

#include <map>
#include <vector>

namespace ooto::core
{

struct BookRules {
    TrackerRules tracking;
    AskingRules asking;
    bool keepPhotos = false; ///< events carry the last photo sent
};

/**
 * The state of one stream. Pure: it is told what was seen, sent and answered, and when, and says
 * what to ask, what to show and what to report. Not thread-safe; no call takes long.
 */
class FaceBook
{
public:
    using Events = std::vector<FaceEvent>;

    void setRules(const BookRules &rules) { rules_ = rules; }

    /** One sample was analysed. */
    Events observe(const FrameTimes &sample, const FrameShape &frame,
                   const std::vector<Observation> &seen);
    /** Whom to ask about on the strength of the last sample, newest face first. */
    const std::vector<PhotoWish> &wishes() const { return wishes_; }
    void putOff(TrackId id, Reason reason);
    /** @return false when the track is gone meanwhile: do not send */
    bool sent(TrackId id, const SentPhoto &photo, const PhotoBytes &bytes, bool png);
    Events replied(TrackId id, const Reply &reply, const FrameTimes &now);

    /** A frame passed, or a gap. */
    Events advance(const FrameTimes &now);
    Events endAll(const FrameTimes &now);
    /** The faces in view at this running time. */
    std::vector<FaceView> faces(StreamTime runningTime) const;

private:
    struct Record {
        Inquiry inquiry;
        FaceView last; ///< as last seen in view; what `end` and late answers tell
        PhotoBytes photo;
        bool photoIsPng = false;
        bool ended = false; ///< kept for the answer that is still under way
    };

    FaceEvent event(FaceEventType type, Record &record, const FrameTimes &now) const;
    Events end(const std::vector<TrackId> &ids, const FrameTimes &now);
    FaceView view(const Tracker::Track &track, const Record &record, const Box &box) const;

    BookRules rules_;
    Tracker tracker_;
    std::map<TrackId, Record> records_;
    std::vector<PhotoWish> wishes_;
};

} // namespace ooto::core
