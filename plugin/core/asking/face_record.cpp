// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/face_record.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

// A doubt that an answer dispelled makes the next one's request wait, twice as long each time.
constexpr StreamTime firstDoubtWait = std::chrono::seconds(2);
constexpr StreamTime longestDoubtWait = std::chrono::minutes(1);

} // namespace

void KnownFace::forget()
{
    inquiry.forget();
    photo.reset();
    frame.reset();
}

KnownFace *FaceRecord::find(const PersonId &person)
{
    if (now.id == person)
        return &now;
    return withheld && withheld->id == person ? &*withheld : nullptr;
}

void FaceRecord::dropWithheld()
{
    if (withheld)
        attemptsBefore += withheld->inquiry.attempts();
    withheld.reset();
}

/** After a cut, a gap or a new track no request waits. */
void FaceRecord::waitForDoubt(StreamTime time)
{
    const bool mayWait =
        doubt == DoubtCause::Change || doubt == DoubtCause::Contact || doubt == DoubtCause::Rare;
    notBefore.reset();
    if (mayWait && doubtWait > StreamTime{0})
        notBefore = time + doubtWait;
}

void FaceRecord::makeNextDoubtWait()
{
    doubtWait = std::clamp(2 * doubtWait, firstDoubtWait, longestDoubtWait);
}

void FaceRecord::describe(FaceView &view) const
{
    view.visit = now.visit;
    now.inquiry.describe(view);
    view.attempts += attemptsBefore;
    if (withheld)
        view.attempts += withheld->inquiry.attempts();
    if (doubt && view.status == Status::Pending)
        view.reason = Reason::Doubt;
}

} // namespace ooto::core
