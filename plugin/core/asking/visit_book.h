// SPDX-License-Identifier: LGPL-2.1-or-later
// Which tracks are one person's stay.
#pragma once

#include "core/asking/face.h"
#include "core/asking/forgotten_people.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ooto::core
{

/**
 * A visit begins with a track, goes on while the same template is seen again within the visit
 * timeout, and ends after that. Not thread-safe.
 */
class VisitBook
{
public:
    /** A new track of which nothing is known. @return a number that no other book gives */
    VisitNumber begin(StreamTime now);
    /** The visit was none of its own: its person turned out to be on another one. */
    void drop(VisitNumber visit);
    /** A track of the visit is in view. */
    void noteSeen(VisitNumber visit, StreamTime now);
    /**
     * A track of the visit was identified. @return the visit that it belongs to: its own; an
     * earlier one of the same template; or a new one, where its own is another person's
     */
    VisitNumber noteIdentity(VisitNumber visit, const std::string &templateId, StreamTime now,
                             StreamTime timeout);
    /** Whose visit it is; empty while no one was identified. */
    std::string templateOf(VisitNumber visit) const;
    /** From now on the template's visits are nobody's: none goes on when it is seen again. */
    void forgetTemplates(const ForgottenPeople &people);
    /** What noteIdentity() will make of it; nothing where that would begin another visit. */
    std::optional<VisitNumber> visitWith(VisitNumber visit, const std::string &templateId) const;
    /** How others call it, where it began elsewhere; null: it is one of our own. */
    void name(VisitNumber visit, std::shared_ptr<const std::string> name);
    std::shared_ptr<const std::string> nameOf(VisitNumber visit) const;
    /** The visit that others call so; 0: none. */
    VisitNumber named(const std::string &name) const;
    /** It may go on. */
    bool isKept(VisitNumber visit) const { return visits_.contains(visit); }
    /** Whether the visit is that of this template. */
    bool isOf(VisitNumber visit, const std::string &templateId) const;
    /** Forgets visits that are over. Time may have gone back: they end as long after now. */
    void forget(StreamTime now, StreamTime timeout);

    /** Visits of this book so far. */
    std::uint64_t count() const { return count_; }

private:
    struct Visit {
        std::string templateId; ///< empty while no one was identified
        StreamTime lastSeen{0};
        std::shared_ptr<const std::string> name{};
    };

    std::map<VisitNumber, Visit> visits_; ///< those that may go on
    std::uint64_t count_ = 0;
};

} // namespace ooto::core
