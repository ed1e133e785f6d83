// SPDX-License-Identifier: LGPL-2.1-or-later
// When one track's face is worth a request, and what an answer makes of it.
#pragma once

#include "core/asking/best_shot.h"
#include "core/asking/face.h"
#include "core/asking/shot.h"
#include "core/asking/votes.h"
#include "core/traffic/reply.h"
#include "core/traffic/retry_schedule.h"

#include <optional>
#include <vector>

namespace ooto::core
{

struct AskingRules {
    double minFacePx = 48;             ///< shorter side of a face worth a photo, frame px
    double minQuality = 0.3;           ///< 0..1, least ShotQuality::total of a photo
    double similarityThreshold = 0.75; ///< least similarity of a match
    StreamTime bestShotWindow = std::chrono::milliseconds(1500);
    unsigned maxAttempts = 3;         ///< answers that a track may cost, until it is asked anew
    StreamTime reidentifyInterval{0}; ///< until a track with an answer is asked anew; 0 = never
    bool checkLiveness = false;       ///< asked for with each photo
    bool checkDeepfake = false;       ///< likewise
    RetryRules retry;
    bool wholeFrame = false; ///< the face is the frame itself: its quality does not count
};

/**
 * One track's dealings with the service: at most one request at a time, and another one after an
 * answer only for a reason. Failures of the service or the network do not use up a track. Not
 * thread-safe.
 */
class Inquiry
{
public:
    /**
     * The face was seen. @return what its photo should look like, if one might be wanted; remembers
     * why not, for `reason`
     */
    std::optional<ShotWish> see(const Box &face, const FrameShape &frame, StreamTime now,
                                const AskingRules &rules);
    /** The face was seen, and another in its way: no photo of it is to be had. */
    void noteCrowded();
    /** How good a photo of the face, as seen just now, would be. @return true when it is wanted */
    bool judge(const ShotQuality &quality, Reason worst, const AskingRules &rules);
    /** That photo, encoded. */
    void offer(Shot shot, StreamTime now);

    /**
     * True when a photo should go now.
     * @param last the face is leaving or has left: there will be no better one
     */
    bool due(StreamTime now, bool last, const AskingRules &rules) const;
    /** What is due is being sent. @return it, with what is to be asked about it */
    std::optional<Shot> takePhoto(const AskingRules &rules);
    /** What is due cannot be sent yet. */
    void putOff(Reason reason) { reason_ = reason; }
    /** @return true when people should hear of it: an answer came, usable or not */
    bool noteReply(const Reply &reply, const FrameTimes &now, const AskingRules &rules);

    /** The service, or the key, is well again: what waits for that need not wait any longer. */
    void serviceIsBack();
    /**
     * Another face in view has a better claim to the template: this one is asked about once more,
     * and is unknown if that says the same.
     */
    void contest(const AskingRules &rules);
    /** A photo that was not sent is not to be sent. */
    void dropUnsent() { shot_.clear(); }
    /** Another `similarityThreshold` holds: for what was answered, too. */
    void rejudge(const AskingRules &rules);
    /** Nothing that was said stays, no photo is kept, nothing is asked, and no reply counts. */
    void forget();
    bool isForgotten() const { return forgotten_; }
    /** This face is somebody else, who may be like them. @return true if an answer named any */
    bool obscure(const ForgottenPeople &people, const AskingRules &rules);
    /** Time passed. @return true when the status changed by that alone */
    bool settle(StreamTime now, bool ended);

    /** A photo is held that would be sent if it could. */
    bool hasUnsent() const { return !shot_.empty() && !inFlight_ && wanted(); }
    /** What was answered counts, and no photo is wanted. */
    bool isSettled(const AskingRules &rules) const
    {
        return (!wanted() || !mayAsk(rules)) && !inFlight_;
    }
    /** The template that the track is identified as; null when it is not. */
    const std::string *identity() const;
    /** The same, whether or not the face is taken for live and genuine. */
    const std::string *match() const;
    /** Of the leading answer; -1 where there is none. */
    double similarity() const;
    /** Answers so far. */
    unsigned attempts() const { return attempts_; }
    /** Fills in what is known; `view.box` is set already. */
    void describe(FaceView &view) const;
    Status status() const;

private:
    /** What the next photo is for. */
    enum class Need {
        Answer,        ///< any that is good enough: there is none yet, or it is asked anew
        Better,        ///< no one was recognised: once more, with a clearly better photo
        SecondOpinion, ///< whether it is live and genuine is not settled yet
        None,          ///< what was answered counts; without an answer it was given up
    };

    bool wanted() const { return need_ != Need::None; }
    bool mayAsk(const AskingRules &rules) const { return attemptsThisTime_ < rules.maxAttempts; }
    double leastQuality(const AskingRules &rules) const;
    bool wasAnswered(const PhotoBytes &bytes) const;
    void want(Need need);
    void wantAnother(bool giveUp);
    void settleFor(Reason reason);
    void noteAnswer(const Reply &reply, const Shot &shot, const AskingRules &rules);
    void noteOtherFace(const FrameTimes &now, const AskingRules &rules);
    void noteRefusal(const Reply &reply, const Shot &shot, const FrameTimes &now,
                     const AskingRules &rules);
    void noteTooLarge(const Shot &shot);
    void noteFailure(const Reply &reply, Shot shot, const FrameTimes &now,
                     const AskingRules &rules);

    Need need_ = Need::Answer;
    Reason reason_ = Reason::None;
    bool forgotten_ = false;        ///< for good: it is another person who is asked about again
    bool contested_ = false;        ///< asked again, since another face has a better claim
    bool isDouble_ = false;         ///< and the answer was the same
    unsigned attempts_ = 0;         ///< answers so far
    unsigned attemptsThisTime_ = 0; ///< of these, since the track was asked anew
    unsigned noFaceInARow_ = 0;
    unsigned tooLarge_ = 0;
    bool triedBetter_ = false;
    bool tooSmall_ = false;               ///< in the last sample, for a photo
    std::optional<PhotoRefusal> refusal_; ///< the last one, until there is an answer
    double marginFactor_ = 1;
    std::optional<int> longestPx_; ///< of a photo's side, since larger ones were too large
    double waitForPx_ = 0;         ///< the face has to be this large to be asked about
    double answeredQuality_ = 0;   ///< of the photo that was answered last
    std::optional<StreamTime> notBefore_;
    RetrySchedule retry_{1};
    std::optional<StreamTime> retryAt_;  ///< what failed is not tried again before
    bool retryWhenServiceIsBack_ = true; ///< or when the service is back, if that is sooner

    BestShot shot_;
    std::optional<ShotQuality> seen_; ///< in the last sample
    std::optional<Shot> inFlight_;
    std::vector<std::size_t> answeredPhotos_; ///< hashes: none is sent twice
    Votes votes_;
    std::optional<FrameTimes> asked_;
    std::optional<FrameTimes> answered_;
};

} // namespace ooto::core
