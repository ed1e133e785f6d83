// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/visit_book.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace ooto::core
{

VisitNumber VisitBook::begin(StreamTime now)
{
    static std::atomic<VisitNumber> last{0};
    ++count_;
    const VisitNumber visit = ++last;
    visits_[visit] = {.templateId = {}, .lastSeen = now};
    return visit;
}

void VisitBook::drop(VisitNumber visit)
{
    const auto found = visits_.find(visit);
    if (found == visits_.end() || !found->second.templateId.empty())
        return;
    visits_.erase(found);
    --count_;
}

void VisitBook::noteSeen(VisitNumber visit, StreamTime now)
{
    if (const auto found = visits_.find(visit); found != visits_.end())
        found->second.lastSeen = now;
}

VisitNumber VisitBook::noteIdentity(VisitNumber visit, const std::string &templateId,
                                    StreamTime now, StreamTime timeout)
{
    forget(now, timeout);
    Visit &own = visits_[visit];
    own.lastSeen = now;
    if (own.templateId == templateId)
        return visit;

    const auto earlier = std::find_if(visits_.begin(), visits_.end(), [&](const auto &other) {
        return other.second.templateId == templateId;
    });
    if (earlier != visits_.end()) {
        earlier->second.lastSeen = now;
        const bool wasNobodys = own.templateId.empty();
        const VisitNumber result = earlier->first;
        if (wasNobodys) {
            visits_.erase(visit); // it never was one of its own
            --count_;
        }
        return result;
    }
    if (own.templateId.empty()) {
        own.templateId = templateId;
        return visit;
    }
    const VisitNumber another = begin(now);
    visits_[another].templateId = templateId;
    return another;
}

std::optional<VisitNumber> VisitBook::visitWith(VisitNumber visit,
                                                const std::string &templateId) const
{
    const auto own = visits_.find(visit);
    if (own != visits_.end() && own->second.templateId == templateId)
        return visit;
    for (const auto &[number, other] : visits_) {
        if (other.templateId == templateId)
            return number;
    }
    const bool isNobodys = own != visits_.end() && own->second.templateId.empty();
    return isNobodys ? std::optional(visit) : std::nullopt;
}

void VisitBook::name(VisitNumber visit, std::shared_ptr<const std::string> name)
{
    if (const auto found = visits_.find(visit); found != visits_.end())
        found->second.name = std::move(name);
}

std::shared_ptr<const std::string> VisitBook::nameOf(VisitNumber visit) const
{
    const auto found = visits_.find(visit);
    return found == visits_.end() ? nullptr : found->second.name;
}

VisitNumber VisitBook::named(const std::string &name) const
{
    for (const auto &[number, visit] : visits_) {
        if (visit.name && *visit.name == name)
            return number;
    }
    return 0;
}

std::string VisitBook::templateOf(VisitNumber visit) const
{
    const auto found = visits_.find(visit);
    return found == visits_.end() ? std::string() : found->second.templateId;
}

void VisitBook::forgetTemplates(const ForgottenPeople &people)
{
    for (auto &[number, visit] : visits_) {
        if (people.hasTemplate(visit.templateId))
            visit.templateId.clear();
    }
}

bool VisitBook::isOf(VisitNumber visit, const std::string &templateId) const
{
    const auto found = visits_.find(visit);
    return found != visits_.end() && found->second.templateId == templateId;
}

void VisitBook::forget(StreamTime now, StreamTime timeout)
{
    for (auto &[number, visit] : visits_) {
        // Where time went back, what was seen later was seen before now all the same.
        visit.lastSeen = std::min(visit.lastSeen, now);
    }
    std::erase_if(visits_,
                  [&](const auto &visit) { return now - visit.second.lastSeen > timeout; });
}

} // namespace ooto::core
