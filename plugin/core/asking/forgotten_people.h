// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is to be nobody: also for answers that are still under way.
#pragma once

#include "core/asking/face.h"

#include <deque>
#include <string>

namespace ooto::core
{

/** Whom to forget: one of the two is enough. */
struct Whom {
    std::string templateId; ///< empty: it is not known
    VisitNumber visit = 0;  ///< 0: none
};

/**
 * Remembers for ten minutes the templates and visits that were forgotten, the last 64 of each.
 * Whether an answer is about a forgotten person is not known before it is there: without this list
 * the person in view would be named, and stored, again at once. After that time a new track of the
 * same person is asked about, and named, like anybody's. Case does not matter in a template id. Not
 * thread-safe.
 */
class ForgottenPeople
{
public:
    void addTemplate(const std::string &templateId, StreamTime now);
    void addVisit(VisitNumber visit, StreamTime now);
    /** Those whose time is over are remembered no more. */
    void advance(StreamTime now);

    bool hasTemplate(const std::string &templateId) const;
    bool hasVisit(VisitNumber visit) const;
    /** Without the template of a forgotten person; all else stays. */
    void obscure(Answer &answer) const;
    /** Of a forgotten person nothing stays that an answer told, and no photo. */
    void obscure(FaceEvent &event) const;

private:
    template<typename Id>
    struct Entry {
        Id id{};
        StreamTime since{0};
    };

    std::deque<Entry<std::string>> templates_;
    std::deque<Entry<VisitNumber>> visits_;
};

} // namespace ooto::core
