// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/shared_visits.h"

#include "metadata/event_ids.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ooto::identify
{

namespace
{

using namespace std::chrono_literals;

/** So often visits are told to go on; more often where they end sooner. */
constexpr std::chrono::milliseconds betweenLooks{5000};

} // namespace

std::optional<SharedVisits::Visit> SharedVisits::visitOf(core::TrackId id,
                                                         const core::Reply &reply) const
{
    auto shared = meeting_.shared.lock();
    const std::chrono::seconds timeout(shared->settings->visitTimeoutS);
    const auto number = shared->book.visitOf(id, reply);
    if (!number || timeout == 0s)
        return std::nullopt;
    return Visit{*number, *reply.answer.templateId, idOf(*shared, *number), timeout};
}

std::string SharedVisits::idOf(const Shared &shared, core::VisitNumber number) const
{
    if (const auto name = shared.book.visitName(number))
        return *name;
    return metadata::visitId(outbox_.cameraName(*shared.settings), number);
}

std::vector<SharedVisits::Visit> SharedVisits::dueToGoOn()
{
    const auto now = Clock::now();
    if (now < next_)
        return {};
    std::vector<Visit> due;
    auto shared = meeting_.shared.lock();
    const std::chrono::seconds timeout(shared->settings->visitTimeoutS);
    next_ = now + std::min<std::chrono::milliseconds>(betweenLooks, timeout / 3 + 100ms);
    if (timeout == 0s)
        return {};
    for (const core::FaceView &face : shared->book.faces(shared->latest.runningTime)) {
        const bool isKnown = face.status == core::Status::Identified && face.answer &&
                             face.answer->templateId && face.isMatch;
        if (isKnown)
            due.push_back(
                {face.visit, *face.answer->templateId, idOf(*shared, face.visit), timeout});
    }
    return due;
}

core::VisitName SharedVisits::nameFor(const Visit &asked, const service::SharedVisit &visit) const
{
    core::VisitName name{.number = asked.number, .templateId = asked.templateId, .name = nullptr};
    auto shared = meeting_.shared.lock();
    const std::string own = metadata::visitId(outbox_.cameraName(*shared->settings), asked.number);
    if (visit.visitId != own)
        name.name = std::make_shared<const std::string>(visit.visitId);
    return name;
}

void SharedVisits::note(const Visit &asked, const service::SharedVisit &visit)
{
    const core::VisitName name = nameFor(asked, visit);
    {
        auto shared = meeting_.shared.lock();
        shared->tell(shared->book.nameVisit(name, shared->latest));
    }
    outbox_.post();
}

} // namespace ooto::identify
