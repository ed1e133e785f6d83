// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/inquiry.h"

#include "core/asking/answer_place.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// Before the next photo of a face that was refused: time to turn the head.
constexpr StreamTime pauseAfterRefusal = 700ms;
// So long another opinion is waited for before those that there are count.
constexpr StreamTime longestSecondOpinion = 3s;
// An "unknown" is asked again only with a photo that is better by this much, or by this share of
// what the first one lacked.
constexpr double clearlyBetter = 0.15;
constexpr double shareOfLack = 0.4;
// A second opinion is worth something only on a photo nearly as good.
constexpr double nearlyAsGood = 0.8;
// After "too small" a face has to have grown clearly before it is worth another call.
constexpr double clearlyLarger = 1.3;
constexpr double wider = 1.6;
constexpr double tighter = 0.3;
// Liveness is judged by the surroundings, too; and a picture that stands still gives other bytes.
constexpr double someMoreAround = 1.15;
constexpr double smallerPhoto = 0.6;
constexpr unsigned mostShrinks = 4;

// The service's codes (HTTP 400).
constexpr int codeNoFace = 5;
constexpr int codeSeveralFaces = 6;
constexpr int codeTooSmall = 9;

double betterThan(double quality)
{
    return quality + std::min(clearlyBetter, shareOfLack * (1 - quality));
}

std::size_t hashOf(const PhotoBytes &bytes)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes->data()), bytes->size());
    return std::hash<std::string_view>()(text);
}

/** Where the answer's box and landmarks lie on the track's box, so that they move with the face. */
Ballot ballotOf(const Answer &answer, const Shot &shot)
{
    Ballot ballot;
    ballot.answer = std::make_shared<const Answer>(answer);
    ballot.askedLiveness = shot.askedLiveness;
    ballot.askedDeepfake = shot.askedDeepfake;
    if (shot.face.empty())
        return ballot;
    if (answer.box) {
        const Box inFrame = shot.plan.toFrame(*answer.box, shot.frame);
        const Point corner = relativeTo(shot.face, {inFrame.x, inFrame.y});
        ballot.serviceBox = Box{corner.x, corner.y, inFrame.width / shot.face.width,
                                inFrame.height / shot.face.height};
    }
    if (answer.landmarks) {
        ballot.landmarks = *answer.landmarks;
        for (Point &point : *ballot.landmarks)
            point = relativeTo(shot.face, shot.plan.toFrame(point, shot.frame));
    }
    return ballot;
}

} // namespace

Status Inquiry::status() const
{
    if (need_ == Need::SecondOpinion)
        return Status::Pending;
    const Status voted = votes_.status();
    if (isDouble_ && voted == Status::Identified)
        return Status::Unknown;
    return voted == Status::Pending && !wanted() ? Status::Unavailable : voted;
}

void Inquiry::want(Need need)
{
    need_ = need;
    shot_.clear();
}

/** For the same need as the photo that did not do; or none, and what is known counts. */
void Inquiry::wantAnother(bool giveUp)
{
    if (giveUp)
        settleFor(reason_);
    else
        want(need_);
}

/** What is known counts. @param reason of a face without an answer */
void Inquiry::settleFor(Reason reason)
{
    reason_ = votes_.status() == Status::Unavailable ? Reason::NoLiveness : reason;
    want(Need::None);
}

double Inquiry::leastQuality(const AskingRules &rules) const
{
    if (need_ == Need::Better)
        return std::max(rules.minQuality, betterThan(answeredQuality_));
    if (need_ == Need::SecondOpinion)
        return std::max(rules.minQuality, answeredQuality_ * nearlyAsGood);
    return rules.minQuality;
}

std::optional<ShotWish> Inquiry::see(const Box &face, const FrameShape &frame, StreamTime now,
                                     const AskingRules &rules)
{
    seen_.reset();
    if (forgotten_)
        return std::nullopt;
    if (need_ == Need::None && rules.reidentifyInterval > 0ns && answered_ && !inFlight_ &&
        now - answered_->runningTime >= rules.reidentifyInterval) {
        attemptsThisTime_ = 0;
        want(Need::Answer);
    }
    if (!wanted() || !mayAsk(rules))
        return std::nullopt;
    if (notBefore_ && now < *notBefore_)
        return std::nullopt;
    const double px = scaled(face, frame.width, frame.height).shorterSide();
    tooSmall_ = !rules.wholeFrame && px < std::max(rules.minFacePx, waitForPx_);
    // A face that waits for its answer is judged all the same, so that people see why.
    if (tooSmall_ && status() != Status::Pending)
        return std::nullopt;
    return ShotWish{
        .trackId = 0, .observation = 0, .marginFactor = marginFactor_, .longestPx = longestPx_};
}

void Inquiry::noteCrowded()
{
    const bool lacksPhoto = shot_.empty() && !inFlight_ && wanted();
    // What the service said of the last photo tells more, and so does a doubt.
    if (lacksPhoto && status() == Status::Pending && !refusal_)
        reason_ = Reason::Crowded;
}

bool Inquiry::judge(const ShotQuality &quality, Reason worst, const AskingRules &rules)
{
    if (forgotten_)
        return false;
    seen_ = quality;
    const bool usable = !tooSmall_ && (rules.wholeFrame || quality.total >= leastQuality(rules));
    // Behind one that is under way only a clearly better one is worth its encoding.
    const bool behind = inFlight_ && quality.total < betterThan(inFlight_->quality.total);
    if (!usable && shot_.empty() && !inFlight_ && status() == Status::Pending)
        reason_ = tooSmall_ ? Reason::TooSmall : worst == Reason::None ? Reason::Waiting : worst;
    return usable && !behind && shot_.wants(quality);
}

void Inquiry::offer(Shot shot, StreamTime now)
{
    if (forgotten_ || !shot.bytes || wasAnswered(shot.bytes) || shot.facePx() < waitForPx_)
        return;
    if (!inFlight_)
        reason_ = Reason::Waiting;
    shot_.offer(std::move(shot), now);
}

bool Inquiry::wasAnswered(const PhotoBytes &bytes) const
{
    return std::count(answeredPhotos_.begin(), answeredPhotos_.end(), hashOf(bytes)) > 0;
}

bool Inquiry::due(StreamTime now, bool last, const AskingRules &rules) const
{
    if (!hasUnsent() || !mayAsk(rules) || (notBefore_ && now < *notBefore_ && !last))
        return false;
    if (retryAt_ && now < *retryAt_)
        return false;
    return last || rules.wholeFrame || shot_.ripe(now, rules.bestShotWindow);
}

std::optional<Shot> Inquiry::takePhoto(const AskingRules &rules)
{
    inFlight_ = shot_.release();
    if (!inFlight_)
        return std::nullopt;
    inFlight_->askedLiveness = rules.checkLiveness;
    inFlight_->askedDeepfake = rules.checkDeepfake;
    reason_ = Reason::Waiting;
    return inFlight_;
}

bool Inquiry::noteReply(const Reply &reply, const FrameTimes &now, const AskingRules &rules)
{
    if (!inFlight_)
        return false;
    const Shot shot = *std::exchange(inFlight_, std::nullopt);
    const bool answered = isAnswer(reply.outcome);
    if (forgotten_) {
        attempts_ += answered;
        return false;
    }
    if (answered) {
        ++attempts_;
        answered_ = now;
        asked_ = shot.times;
        answeredPhotos_.push_back(hashOf(shot.bytes));
        ++attemptsThisTime_;
    }
    switch (reply.outcome) {
    case Outcome::Answered:
        if (rules.wholeFrame || isAboutFace(reply.answer, shot))
            noteAnswer(reply, shot, rules);
        else
            noteOtherFace(now, rules);
        break;
    case Outcome::Refused:
        noteRefusal(reply, shot, now, rules);
        break;
    case Outcome::TooLarge:
        noteTooLarge(shot);
        break;
    default:
        noteFailure(reply, shot, now, rules);
        return false;
    }
    retry_.beginAnew();
    retryAt_.reset();
    return answered;
}

void Inquiry::noteAnswer(const Reply &reply, const Shot &shot, const AskingRules &rules)
{
    votes_.add(ballotOf(reply.answer, shot), rules.similarityThreshold);
    answeredQuality_ = shot.quality.total;
    isDouble_ = false;
    noFaceInARow_ = 0;
    refusal_.reset();
    reason_ = Reason::None;
    notBefore_.reset();

    if (votes_.needAnotherOpinion() && mayAsk(rules)) {
        marginFactor_ *= someMoreAround;
        reason_ = Reason::Waiting;
        want(Need::SecondOpinion);
    } else if (votes_.status() == Status::Unknown && !triedBetter_ && mayAsk(rules)) {
        triedBetter_ = true;
        // A photo that came while this one was under way may be the better one already.
        const bool haveBetter =
            shot_.held() && shot_.held()->quality.total >= betterThan(answeredQuality_);
        need_ = Need::Better;
        if (!haveBetter)
            shot_.clear();
    } else {
        settleFor(Reason::None);
    }
}

/** The face is too small a part of what was sent, or is none. */
void Inquiry::noteOtherFace(const FrameTimes &now, const AskingRules &rules)
{
    reason_ = Reason::OtherFace;
    refusal_.reset();
    notBefore_ = now.runningTime + pauseAfterRefusal;
    marginFactor_ *= tighter;
    wantAnother(!mayAsk(rules));
}

void Inquiry::noteRefusal(const Reply &reply, const Shot &shot, const FrameTimes &now,
                          const AskingRules &rules)
{
    reason_ = Reason::Refused;
    refusal_ = PhotoRefusal{reply.errorCode, reply.text};
    notBefore_ = now.runningTime + pauseAfterRefusal;
    noFaceInARow_ = reply.errorCode == codeNoFace ? noFaceInARow_ + 1 : 0;
    if (reply.errorCode == codeNoFace)
        marginFactor_ *= wider;
    if (reply.errorCode == codeSeveralFaces)
        marginFactor_ *= tighter;
    if (reply.errorCode == codeTooSmall) {
        reason_ = Reason::TooSmall;
        waitForPx_ = shot.facePx() * clearlyLarger;
    }
    // Seen twice to be no face by the service: believe it rather than the detector.
    wantAnother(noFaceInARow_ >= 2 || !mayAsk(rules));
}

void Inquiry::noteTooLarge(const Shot &shot)
{
    reason_ = Reason::Refused;
    // Of what was sent: that may be smaller than the usual limit already.
    const int sentPx = std::max(shot.plan.photo.width, shot.plan.photo.height);
    longestPx_ = std::max(1, static_cast<int>(sentPx * smallerPhoto));
    wantAnother(++tooLarge_ > mostShrinks);
}

void Inquiry::noteFailure(const Reply &reply, Shot shot, const FrameTimes &now,
                          const AskingRules &rules)
{
    // Nothing is wrong with the photo: it goes again, or a better one that comes meanwhile.
    shot_.giveBack(std::move(shot), now.runningTime);
    reason_ = reply.outcome == Outcome::Unauthorized ? Reason::Unauthorized : Reason::Service;
    const auto retry = retry_.ended(reply, rules.retry).value_or(RetryPause());
    retryWhenServiceIsBack_ = retry.endsWithTrouble;
    // An answer that was none was probably billed: never two at once.
    const StreamTime least =
        meaningOf(reply.outcome).probablyBilled ? StreamTime(pauseAfterRefusal) : 0ns;
    retryAt_ = now.runningTime + std::max<StreamTime>(retry.pause, least);
}

void Inquiry::serviceIsBack()
{
    if (retryWhenServiceIsBack_)
        retryAt_.reset();
}

void Inquiry::contest(const AskingRules &rules)
{
    if (contested_ || !mayAsk(rules)) {
        isDouble_ = true;
        want(Need::None);
        return;
    }
    contested_ = true;
    votes_ = {};
    reason_ = Reason::Double;
    want(Need::Answer);
}

void Inquiry::rejudge(const AskingRules &rules)
{
    votes_.rejudge(rules.similarityThreshold);
    // It was to be known better, and now is.
    if (need_ == Need::Better && status() == Status::Identified)
        want(Need::None);
}

void Inquiry::forget()
{
    forgotten_ = true;
    votes_ = {};
    isDouble_ = false;
    refusal_.reset();
    seen_.reset();
    answeredPhotos_.clear();
    reason_ = Reason::Forgotten;
    want(Need::None);
}

bool Inquiry::obscure(const ForgottenPeople &people, const AskingRules &rules)
{
    return votes_.obscure(people, rules.similarityThreshold);
}

bool Inquiry::settle(StreamTime now, bool ended)
{
    if (need_ != Need::SecondOpinion || inFlight_)
        return false;
    const bool over = ended || (answered_ && now - answered_->runningTime > longestSecondOpinion);
    if (!over || (ended && hasUnsent()))
        return false;
    settleFor(Reason::None);
    return true;
}

const std::string *Inquiry::identity() const
{
    return status() == Status::Identified ? &*votes_.leading()->answer->templateId : nullptr;
}

const std::string *Inquiry::match() const
{
    const Ballot *leading = votes_.leading();
    return leading && leading->isMatch ? &*leading->answer->templateId : nullptr;
}

double Inquiry::similarity() const
{
    const Ballot *leading = votes_.leading();
    return leading ? leading->answer->similarity.value_or(-1) : -1;
}

void Inquiry::describe(FaceView &view) const
{
    view.refusal = refusal_;
    view.status = status();
    const bool open = view.status == Status::Pending || view.status == Status::Unavailable;
    // Before the first judgement there is nothing to say but that one will come.
    view.reason = Reason::None;
    if (open)
        view.reason = reason_ == Reason::None ? Reason::Waiting : reason_;
    else if (isDouble_ && view.status == Status::Unknown)
        view.reason = Reason::Double;
    view.shot = view.status == Status::Pending ? seen_ : std::nullopt;
    view.attempts = attempts_;
    view.asked = asked_;
    view.answered = answered_;
    const Ballot *leading = votes_.leading();
    if (!leading)
        return;
    view.answer = leading->answer;
    view.isMatch = leading->isMatch;
    if (leading->serviceBox) {
        const Box &box = *leading->serviceBox;
        view.serviceBox =
            Box{view.box.x + box.x * view.box.width, view.box.y + box.y * view.box.height,
                box.width * view.box.width, box.height * view.box.height};
    }
    if (leading->landmarks)
        view.landmarks = leading->landmarks;
}

} // namespace ooto::core
