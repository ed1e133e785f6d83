// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a track still shows the person that it began with.
#pragma once

#include "core/tracking/known_looks.h"
#include "core/tracking/track_ids.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ooto::core
{

/** Names a track from its first detection on, within one tracker; in the order of birth. */
using TrackSerial = std::uint64_t;

/**
 * Names a person who may be on a track. What is asked, held and answered is about one of these, and
 * counts only for the same one.
 */
struct PersonId {
    TrackSerial track = 0;
    unsigned number = 0;
    bool operator==(const PersonId &) const = default;
};

/** A person, and what they have looked like so far. */
struct KnownPerson {
    PersonId id;
    KnownLooks looks;
};

/** A track that ended, which another one may go on with. */
struct Past {
    TrackId track = 0;
    KnownPerson person;
};

/** Why it is not certain who is on a track. */
enum class DoubtCause {
    Change,  ///< the face is less like its own last looks than these were among each other
    Gap,     ///< it was not looked at for half a second, or it jumped, or the picture did
    Rare,    ///< samples are always more than half a second apart
    Contact, ///< another face was so close that the two may have been taken for each other
    Past,    ///< the track starts where another ended
};

/**
 * A name stays on a track only while the track certainly shows the same person. Rules and numbers:
 * see resemblance.h. A doubt is latched: what is seen meanwhile is compared, and kept apart, as
 * another person's. It ends when a look proves that it is the known person, or by an answer.
 * Not thread-safe.
 */
class Continuity
{
public:
    explicit Continuity(TrackSerial track) : track_(track), known_{{track, 1}, {}} {}

    /** Who is on the track now, as far as can be told: another id while it is in doubt. */
    PersonId person() const { return certain() ? known_.id : since_.id; }
    bool certain() const { return !doubt_ && (!held_ || provenNow_); }
    /** Why not; nothing while it is certain. */
    std::optional<DoubtCause> doubt() const;
    /** False where a proof may still come that saves the request. */
    bool mayAsk() const;

    /** One sample of the track. */
    struct Sight {
        Look look{};
        bool strong = true;    ///< detected with a score above the threshold
        bool clear = true;     ///< that, and no other face near it
        bool cutOff = false;   ///< by the frame's edge
        bool afterGap = false; ///< whether the picture goes on from the one before is not known
        bool rare = false;     ///< samples always are more than half a second apart
    };
    /** @return the track that this one goes on with: this look proves it */
    std::optional<TrackId> see(const Sight &sight);
    /** From here on it may be another person, also where it was in doubt already. */
    void needProof(DoubtCause cause);
    /** Another face is so close that it cannot be told which detection is whose. */
    void hold(bool held);
    /** The track starts where these ended. @return the one that it is proven to go on with */
    std::optional<TrackId> offerPasts(std::vector<Past> pasts);
    bool mayContinue(TrackId past) const;
    /** Another track goes on with it. */
    void dropPast(TrackId past);
    /** The service has said who it is since the doubt. */
    void noteAnswer(bool samePerson);

    /** Of whom something is known for sure, also while it is in doubt who is there now. */
    const KnownPerson &known() const { return known_.looks.empty() ? since_ : known_; }

private:
    struct Doubt {
        DoubtCause cause;
        StreamTime since{0};
        unsigned samples = 0;  ///< that tell who it is
        bool wasBlind = false; ///< a sight of it told nothing
    };

    PersonId newPerson() { return {track_, ++lastNumber_}; }
    void renew() { since_ = {newPerson(), {}}; }
    std::optional<TrackId> seeInDoubt(const Sight &sight, bool apart);
    std::optional<TrackId> claimPast(const Look &look, double moreAlike);

    TrackSerial track_;
    unsigned lastNumber_ = 1;
    KnownPerson known_;
    KnownPerson since_; ///< while in doubt, or held: the person who is there
    std::vector<Past> pasts_;
    std::optional<Doubt> doubt_;
    bool held_ = false;
    bool provenNow_ = false; ///< while held: by the last look
    std::optional<StreamTime> lastLook_;
    std::optional<StreamTime> firstSight_;
};

} // namespace ooto::core
