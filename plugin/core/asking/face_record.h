// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of one track's face, with its doubt.
#pragma once

#include "core/asking/face.h"
#include "core/asking/inquiry.h"
#include "core/tracking/continuity.h"

#include <optional>

namespace ooto::core
{

/** What is known of one person who is, or may be, on a track. */
struct KnownFace {
    PersonId id;
    Inquiry inquiry;
    VisitNumber visit = 0;
    PhotoBytes photo; ///< the last one sent, where photos are kept
    bool photoIsPng = false;
    PhotoBytes frame; ///< of the same moment, where it was asked for

    void forget();
};

/** The record of one track. Not thread-safe. */
struct FaceRecord {
    KnownFace now;
    /** The person from before a doubt: counts again once it is proven to be the same. */
    std::optional<KnownFace> withheld;
    std::optional<PersonId> inFlight;    ///< the person whom the request under way is about
    unsigned attemptsBefore = 0;         ///< answers about people who count no more
    std::optional<DoubtCause> doubt;     ///< why it is not certain who is there
    bool mayAsk = true;                  ///< no proof is waited for that may save the request
    StreamTime doubtWait{0};             ///< how long the next doubt's request has to wait …
    std::optional<StreamTime> notBefore; ///< … and until when this one's has to
    FaceView last;                       ///< as last seen; what `end` and late answers tell
    FrameTimes lastSeen;                 ///< when that was
    std::chrono::system_clock::time_point since{}; ///< of the `new`
    std::optional<StreamTime> ended; ///< kept for its answer, or for the track that goes on with it

    /** Null where the person counts no more. */
    KnownFace *find(const PersonId &person);
    /** The person from before the doubt counts no more; the answers are counted all the same. */
    void dropWithheld();
    /** A doubt begins: its request waits if the last one was for nothing. */
    void waitForDoubt(StreamTime time);
    /** An answer was for nothing: the next doubt's request waits for twice as long. */
    void makeNextDoubtWait();
    /** Who it is, or that nobody can say, is settled: no photo is wanted, no doubt is left. */
    bool isSettled(const AskingRules &rules) const
    {
        return !doubt && !withheld && now.inquiry.isSettled(rules);
    }
    /** Fills in what is known; `view.box` is set already. */
    void describe(FaceView &view) const;
};

} // namespace ooto::core
