// SPDX-License-Identifier: LGPL-2.1-or-later
// Visits that other cameras and machines may know by another name.
#pragma once

#include "core/asking/face_book.h"
#include "identify/outbox.h"
#include "identify/shared.h"
#include "service/request.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ooto::identify
{

/** Says what is to be asked of the shared state, and notes its answers. */
class SharedVisits
{
public:
    struct Visit {
        core::VisitNumber number = 0;
        std::string templateId;
        std::string visitId; ///< as it is called here
        std::chrono::seconds timeout{0};
    };

    SharedVisits(Meeting &meeting, Outbox &outbox) : meeting_(meeting), outbox_(outbox) {}

    /** Any thread: the visit that this reply begins, or goes on with; nothing where it names
     * nobody. */
    std::optional<Visit> visitOf(core::TrackId id, const core::Reply &reply) const;
    /** *analysis*: visits of those in view, each a few times per timeout. */
    std::vector<Visit> dueToGoOn();
    /** Any thread: how such a visit is called now; told where that is news. */
    void note(const Visit &asked, const service::SharedVisit &visit);
    /** The same for an answer that is not told yet. */
    core::VisitName nameFor(const Visit &asked, const service::SharedVisit &visit) const;

private:
    using Clock = std::chrono::steady_clock;

    /** As it is called by now. */
    std::string idOf(const Shared &shared, core::VisitNumber number) const;

    Meeting &meeting_;
    Outbox &outbox_;
    Clock::time_point next_{}; ///< *analysis*
};

} // namespace ooto::identify
