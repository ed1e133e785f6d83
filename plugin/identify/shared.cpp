// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/shared.h"

#include "identify/analysis.h"

namespace ooto::identify
{

namespace
{

constexpr std::chrono::seconds betweenCallCounts{10};

} // namespace

Shared::Shared() = default;
Shared::~Shared() = default;

void Untold::enqueue(core::FaceBook::Events events, Told told)
{
    for (core::FaceEvent &event : events) {
        event.number = metadata::nextEventNumber();
        if (told == Told::OnBusAndDownstream) {
            event.sequence = ++*sequence;
            downstream.push_back(event);
        }
        reports.emplace_back(std::move(event));
    }
}

void Shared::tell(core::FaceBook::Events events, Told told)
{
    for (const core::FaceEvent &event : events) {
        if (event.type == core::FaceEventType::New)
            ++statistics.tracks;
        else if (event.type == core::FaceEventType::End)
            statistics.countEnd(event.face);
    }
    untold.enqueue(std::move(events), told);
}

void Shared::tellEnds(core::FaceBook::Events ends, Told told)
{
    smallFaces.reset();
    ++epoch;
    sampling.beginAnew();
    tell(std::move(ends), told);
}

void Shared::flush(Told told)
{
    tellEnds(book.flush(latest), told);
}

void Shared::forget(const core::Whom &whom)
{
    tell(book.forget(whom, latest));
    for (core::FaceEvent &event : untold.downstream)
        book.obscure(event);
    for (Report &report : untold.reports) {
        if (auto *event = std::get_if<core::FaceEvent>(&report))
            book.obscure(*event);
    }
}

void Shared::noteTimes(const core::FrameTimes &times)
{
    latest = times;
    if (times.afterJump)
        sampling.noteJump();
}

std::optional<ServiceNews> Shared::takeServiceNews(std::chrono::steady_clock::time_point now)
{
    const metadata::CallCount calls{statistics.requestsToday, statistics.budgetLeft};
    const bool callsChanged =
        calls.today != sending.callsTold && now - sending.callsToldAt >= betweenCallCounts;
    if (!sending.serviceTold || !(sending.serviceNews || callsChanged))
        return std::nullopt;
    sending.serviceNews = false;
    sending.callsTold = calls.today;
    sending.callsToldAt = now;
    return ServiceNews{sending.service, calls};
}

bool Shared::mustDispatch() const
{
    // With backpressure the streaming thread itself sees to it.
    return !settings->backpressure && !sending.queued &&
           std::chrono::steady_clock::now() >= sending.heldBackUntil &&
           !book.due(latest.runningTime).empty();
}

} // namespace ooto::identify
