// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/face_ledger.h"

#include <utility>

namespace ooto::core
{

namespace
{

constexpr std::size_t mostEnded = 256; ///< as many as a buffer may show

/** What an id begins with; each run numbers its tracks and visits anew. */
std::string_view runOf(std::string_view id)
{
    return id.substr(0, id.rfind('-'));
}

} // namespace

void FaceLedger::note(const Event &event)
{
    countGap(event);
    if (event.isEnd) {
        open_.erase(event.trackId);
        ended_.erase(event.trackId);
        return;
    }
    if (event.isLate && !open_.contains(event.trackId))
        return;
    reopen(event.trackId, event.visitId);
    Open &open = open_[event.trackId];
    open.visitId = event.visitId;
    if (event.isNew)
        open.newEventId = event.eventId;
}

void FaceLedger::countGap(const Event &event)
{
    const std::string_view run = runOf(event.eventId);
    if (!event.sequence || run.empty())
        return;
    if (run == run_ && lastSequence_ && *event.sequence > *lastSequence_ + 1) {
        lost_ += *event.sequence - *lastSequence_ - 1;
        untold_ = 0;
    }
    run_ = run;
    lastSequence_ = event.sequence;
}

bool FaceLedger::reopen(std::uint64_t trackId, std::string_view visitId)
{
    if (open_.contains(trackId))
        return false;
    const auto before = ended_.find(trackId);
    if (before != ended_.end()) {
        Open open = std::move(before->second);
        ended_.erase(before);
        if (runOf(open.visitId) == runOf(visitId)) {
            open_[trackId] = std::move(open);
            return false;
        }
    }
    open_[trackId] = {
        .trackId = trackId, .visitId = std::string(visitId), .newEventId = {}, .ends = 0};
    return true;
}

void FaceLedger::noteShown(std::uint64_t trackId, const std::string &visitId)
{
    untold_ += reopen(trackId, visitId);
}

std::vector<FaceLedger::Open> FaceLedger::endAll()
{
    lost_ += std::exchange(untold_, 0);
    std::vector<Open> ended;
    for (auto &[id, open] : std::exchange(open_, {})) {
        ended.push_back(open);
        ++open.ends;
        ended_[id] = std::move(open);
    }
    // Tracks are numbered in the order in which they come.
    while (ended_.size() > mostEnded)
        ended_.erase(ended_.begin());
    return ended;
}

} // namespace ooto::core
