// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/face_ledger.h"

#include <utility>

namespace ooto::core
{

void FaceLedger::note(const Event &event)
{
    countGap(event);
    if (event.isEnd) {
        open_.erase(event.trackId);
        return;
    }
    if (event.isLate && !open_.contains(event.trackId))
        return;
    Open &open = open_[event.trackId];
    open.trackId = event.trackId;
    open.visitId = event.visitId;
    if (event.isNew)
        open.newEventId = event.eventId;
}

void FaceLedger::countGap(const Event &event)
{
    const std::string_view run = event.eventId.substr(0, event.eventId.rfind('-'));
    if (!event.sequence || run.empty())
        return;
    if (run == run_ && lastSequence_ && *event.sequence > *lastSequence_ + 1) {
        lost_ += *event.sequence - *lastSequence_ - 1;
        untold_ = 0;
    }
    run_ = run;
    lastSequence_ = event.sequence;
}

void FaceLedger::noteShown(std::uint64_t trackId, const std::string &visitId)
{
    if (open_.contains(trackId))
        return;
    open_[trackId] = {.trackId = trackId, .visitId = visitId, .newEventId = {}};
    ++untold_;
}

std::vector<FaceLedger::Open> FaceLedger::endAll()
{
    lost_ += std::exchange(untold_, 0);
    std::vector<Open> ended;
    for (auto &[id, open] : std::exchange(open_, {}))
        ended.push_back(std::move(open));
    return ended;
}

} // namespace ooto::core
