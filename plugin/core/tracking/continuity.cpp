// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/continuity.h"

#include "core/tracking/resemblance.h"

#include <algorithm>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// Samples at most so far apart are compared by a drop; others have to be proven.
constexpr StreamTime longestStep = 500ms;
constexpr unsigned samplesBeforeAsking = 3;
constexpr unsigned samplesForPast = 5;
// Where samples are rare, five of them are not waited for.
constexpr StreamTime longestWaitForPast = 2s;
constexpr unsigned triesAtTheUsualLimit = 5;
constexpr StreamTime longestWaitForClear = 2s;
constexpr StreamTime longestWaitForFirst = 1s;
constexpr unsigned samplesSeenAtBirth = 1; ///< of a track, when it is asked about its past

} // namespace

std::optional<DoubtCause> Continuity::doubt() const
{
    if (certain())
        return std::nullopt;
    return doubt_ ? doubt_->cause : DoubtCause::Contact;
}

bool Continuity::mayAsk() const
{
    if (held_)
        return false;
    return !doubt_ || (pasts_.empty() && doubt_->samples >= samplesBeforeAsking);
}

std::optional<TrackId> Continuity::see(const Sight &sight)
{
    const Look &look = sight.look;
    // Before its first look a track has nothing to go on from.
    const bool apart = lastLook_ && (sight.afterGap || look.time - *lastLook_ > longestStep);
    if (held_) {
        // Two faces at once look like neither; one that is proven is certain for this sample.
        provenNow_ = !doubt_ && known_.looks.proves(look);
        if (provenNow_)
            lastLook_ = look.time;
        return std::nullopt;
    }
    // A sample in which the face cannot be looked at is none: after half a second of them it has to
    // be proven. So is one in which a face that is cut off looks like no known one.
    const bool isNone = (!look.texture && known_.looks.hasTextures()) ||
                        (sight.cutOff && !doubt_ && !apart && known_.looks.differs(look));
    if (!firstSight_)
        firstSight_ = look.time;
    const bool waitsForFirst = known_.looks.empty() && !doubt_ && !lastLook_ &&
                               look.time - *firstSight_ <= longestWaitForFirst;
    if ((isNone && !apart) || (sight.cutOff && waitsForFirst))
        return std::nullopt;
    const bool wasBlind = lastLook_.has_value() && known_.looks.empty() && !look.tellsNothing();
    if (!isNone)
        lastLook_ = look.time;
    if (!doubt_) {
        if (known_.looks.empty() && !apart && !wasBlind) {
            known_.looks.learn(look, sight.clear);
            return std::nullopt;
        }
        if (apart ? known_.looks.proves(look) : !known_.looks.differs(look)) {
            known_.looks.learn(look, sight.clear);
            return std::nullopt;
        }
        needProof(!apart                          ? DoubtCause::Change
                  : sight.rare && !sight.afterGap ? DoubtCause::Rare
                                                  : DoubtCause::Gap);
        doubt_->since = look.time;
    }
    return seeInDoubt(sight, apart);
}

std::optional<TrackId> Continuity::claimPast(const Look &look, double moreAlike)
{
    const auto past = std::find_if(pasts_.begin(), pasts_.end(), [&](const Past &each) {
        return each.person.looks.proves(look, moreAlike);
    });
    if (past == pasts_.end())
        return std::nullopt;
    const TrackId id = past->track;
    known_ = std::move(past->person);
    pasts_.clear();
    return id;
}

std::optional<TrackId> Continuity::seeInDoubt(const Sight &sight, bool apart)
{
    const Look &look = sight.look;
    // A face that a neighbour may cover tells little; but more is not waited for for ever.
    doubt_->samples +=
        sight.clear || (sight.strong && look.time - doubt_->since > longestWaitForClear);
    const double moreAlike = doubt_->samples > triesAtTheUsualLimit ? moreTriesCost : 0;
    const auto past = claimPast(look, moreAlike);
    if (past || known_.looks.proves(look, moreAlike)) {
        doubt_.reset();
        known_.looks.learn(look, sight.clear);
        return past;
    }
    // The first look that tells something is not of the person who was there before.
    if (doubt_->wasBlind && since_.looks.empty() && !look.tellsNothing())
        renew();
    doubt_->wasBlind |= look.tellsNothing();
    if (!since_.looks.empty() && (apart ? !since_.looks.proves(look) : since_.looks.differs(look)))
        renew();
    since_.looks.learn(look, sight.clear);
    const bool waitedLong =
        doubt_->samples >= samplesForPast ||
        (doubt_->samples >= 2 && look.time - doubt_->since > longestWaitForPast);
    if (doubt_->cause == DoubtCause::Past && (pasts_.empty() || waitedLong)) {
        // A new person, then: nothing was known of them that could be wrong.
        pasts_.clear();
        known_ = std::exchange(since_, {});
        doubt_.reset();
    }
    return std::nullopt;
}

void Continuity::needProof(DoubtCause cause)
{
    renew();
    if (!doubt_)
        doubt_ = Doubt{cause};
    else if (cause == DoubtCause::Gap && doubt_->cause != DoubtCause::Past)
        doubt_->cause = cause;
    if (lastLook_)
        doubt_->since = *lastLook_;
}

void Continuity::hold(bool held)
{
    if (held == held_)
        return;
    held_ = held;
    provenNow_ = false;
    if (held)
        renew();
}

std::optional<TrackId> Continuity::offerPasts(std::vector<Past> pasts)
{
    std::erase_if(pasts, [](const Past &past) { return past.person.looks.empty(); });
    if (pasts.empty() || doubt_)
        return std::nullopt;
    for (Past &past : pasts) {
        if (!past.person.looks.proves(known_.looks))
            continue;
        const KnownLooks now = std::exchange(known_, std::move(past.person)).looks;
        known_.looks.vouch(now);
        return past.track;
    }
    pasts_ = std::move(pasts);
    since_ = std::exchange(known_, {});
    doubt_ = Doubt{DoubtCause::Past, lastLook_.value_or(StreamTime{0}), samplesSeenAtBirth};
    return std::nullopt;
}

bool Continuity::mayContinue(TrackId past) const
{
    return std::any_of(pasts_.begin(), pasts_.end(),
                       [past](const Past &each) { return each.track == past; });
}

void Continuity::dropPast(TrackId past)
{
    std::erase_if(pasts_, [past](const Past &each) { return each.track == past; });
}

void Continuity::noteAnswer(bool samePerson)
{
    if (!doubt_)
        return;
    doubt_.reset();
    pasts_.clear();
    if (!samePerson) {
        known_ = std::exchange(since_, {});
        return;
    }
    known_.looks.vouch(since_.looks);
    known_.id = since_.id;
    since_ = {};
}

} // namespace ooto::core
