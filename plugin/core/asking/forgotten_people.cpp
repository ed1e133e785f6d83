// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/forgotten_people.h"

#include <algorithm>
#include <memory>

namespace ooto::core
{

namespace
{

constexpr std::size_t mostEntries = 64;
constexpr StreamTime remembered = std::chrono::minutes(10);

std::string lowerCase(std::string text)
{
    for (char &c : text) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

template<typename Entries, typename Id>
bool has(const Entries &entries, const Id &id)
{
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto &entry) { return entry.id == id; });
}

/** The newest last: what was there already is forgotten anew. */
template<typename Entries, typename Id>
void add(Entries &entries, const Id &id, StreamTime now)
{
    std::erase_if(entries, [&](const auto &entry) { return entry.id == id; });
    entries.push_back({id, now});
    if (entries.size() > mostEntries)
        entries.pop_front();
}

} // namespace

void ForgottenPeople::addTemplate(const std::string &templateId, StreamTime now)
{
    add(templates_, lowerCase(templateId), now);
}

void ForgottenPeople::addVisit(VisitNumber visit, StreamTime now)
{
    add(visits_, visit, now);
}

void ForgottenPeople::advance(StreamTime now)
{
    const auto isOver = [now](const auto &entry) { return now - entry.since > remembered; };
    std::erase_if(templates_, isOver);
    std::erase_if(visits_, isOver);
}

bool ForgottenPeople::hasTemplate(const std::string &templateId) const
{
    return !templates_.empty() && has(templates_, lowerCase(templateId));
}

bool ForgottenPeople::hasVisit(VisitNumber visit) const
{
    return has(visits_, visit);
}

void ForgottenPeople::obscure(Answer &answer) const
{
    if (!answer.templateId || !hasTemplate(*answer.templateId))
        return;
    answer.templateId.reset();
    answer.similarity.reset();
}

void ForgottenPeople::obscure(FaceEvent &event) const
{
    FaceView &face = event.face;
    const bool isNamed = face.answer && face.answer->templateId;
    const bool isSecret = isNamed && hasTemplate(*face.answer->templateId);
    if (hasVisit(face.visit) || (isSecret && face.isMatch)) {
        event.photo.reset();
        event.frame.reset();
        face.answer.reset();
        face.isMatch = false;
        face.serviceBox.reset();
        face.refusal.reset();
        if (face.status != Status::Pending) {
            face.status = Status::Unavailable;
            face.reason = Reason::Forgotten;
        }
    } else if (isSecret) {
        Answer answer = *face.answer;
        obscure(answer);
        face.answer = std::make_shared<const Answer>(std::move(answer));
    }
}

} // namespace ooto::core
