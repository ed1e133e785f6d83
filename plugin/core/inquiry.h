// SPDX-License-Identifier: LGPL-2.1-or-later
// When one track's face is worth a request, and what an answer makes of it.
#pragma once

#include "core/face.h"
#include "core/photo_plan.h"
#include "core/reply.h"

#include <memory>
#include <optional>

namespace ooto::core
{

struct AskingRules {
    double minFacePx = 48;             ///< shorter side of a face worth a photo, frame px
    double similarityThreshold = 0.75; ///< least similarity of a match
    bool wholeFrame = false; ///< the face is the frame itself: neither size nor edge count
};

/** What the next photo of a track should look like. */
struct PhotoWish {
    TrackId trackId = 0;
    Box face;                ///< 0..1 of the frame
    double marginFactor = 1; ///< times the usual margin
    double sideFactor = 1;   ///< times the usual longest side
};

/** The photo of a request under way. */
struct SentPhoto {
    FrameTimes times; ///< of the frame it is from
    Box face;         ///< where the face was, 0..1 of that frame
    PhotoPlan plan;
    FrameShape frame;
};

/**
 * One track's dealings with the service: at most one request at a time, none after a usable
 * answer, and at most three answers of any kind. Failures of the service or the network do not
 * use up a track. Not thread-safe.
 */
class Inquiry
{
public:
    /** Whether to ask now. Remembers why not, for `reason`. */
    std::optional<PhotoWish> wish(const Box &face, const FrameShape &frame, StreamTime now,
                                  const AskingRules &rules);
    /** No request could be sent for the wish after all. */
    void putOff(Reason reason) { reason_ = reason; }
    void sent(const SentPhoto &photo);
    /** @return true when people should hear of it: an answer came, usable or not */
    bool replied(const Reply &reply, const FrameTimes &now, const AskingRules &rules);

    bool inFlight() const { return inFlight_.has_value(); }
    /** Fills in what is known; `view.box` is set already. */
    void describe(FaceView &view) const;

private:
    void takeAnswer(const Reply &reply, const AskingRules &rules);
    void takeRefusal(const Reply &reply);

    Status status_ = Status::Pending;
    Reason reason_ = Reason::None;
    unsigned attempts_ = 0;
    unsigned noFaceInARow_ = 0;
    unsigned tooLarge_ = 0;
    unsigned noAnswers_ = 0;
    std::optional<Refusal> refusal_; ///< the last one, until there is an answer
    double marginFactor_ = 1;
    double sideFactor_ = 1;
    double waitForPx_ = 0; ///< the face has to be this large to be asked about
    std::optional<StreamTime> notBefore_;
    double sentPx_ = 0;
    std::optional<SentPhoto> inFlight_;
    std::shared_ptr<const Answer> answer_;
    std::optional<FrameTimes> asked_;
    std::optional<FrameTimes> answered_;
    std::optional<Box> serviceBox_;      ///< 0..1 of the track's box
    std::optional<Landmarks> landmarks_; ///< 0..1 of the track's box
};

} // namespace ooto::core
