// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_head.h"

#include "system/plain_text.h"

#include <algorithm>
#include <set>

namespace ooto::publish
{

namespace
{

constexpr std::string_view blanks = " \t,";
constexpr std::size_t longestShownValue = 60;

std::string quoted(std::string_view value)
{
    return "`" + system::plainText(value, longestShownValue) + "`";
}

/** Calls `take` with each word until it returns a problem. */
template<typename Take>
std::string eachWord(std::string_view value, Take take)
{
    for (std::size_t at = value.find_first_not_of(blanks); at != std::string_view::npos;) {
        const std::size_t end = std::min(value.find_first_of(blanks, at), value.size());
        if (std::string problem = take(value.substr(at, end - at)); !problem.empty())
            return problem;
        at = value.find_first_not_of(blanks, end);
    }
    return {};
}

std::string takeEvents(TemplateHead &head, std::string_view value)
{
    return eachWord(value, [&head](std::string_view word) {
        const auto event = core::eventNamed(word);
        if (!event)
            return quoted(word) + " is no event: new, answered, updated, end";
        head.events.push_back(*event);
        return std::string();
    });
}

std::string takeStatuses(TemplateHead &head, std::string_view value)
{
    return eachWord(value, [&head](std::string_view word) {
        const auto status = core::statusNamed(word);
        if (!status)
            return quoted(word) + " is no status: pending, identified, unknown, spoof, unavailable";
        head.statuses.push_back(*status);
        return std::string();
    });
}

std::string takeContentType(TemplateHead &head, std::string_view value)
{
    const auto escape = escapeFor(value);
    if (!escape)
        return "nobody knows how to escape for " + quoted(value) +
               ": application/json, application/xml, text/xml, text/plain, "
               "application/x-www-form-urlencoded, or what ends with +json or +xml";
    head.escape = *escape;
    head.contentType = value;
    return {};
}

std::string takeTopic(TemplateHead &head, std::string_view value)
{
    head.topic.text = value;
    return {};
}

std::string takePath(TemplateHead &head, std::string_view value)
{
    head.path.text = value;
    return {};
}

std::string takeMethod(TemplateHead &head, std::string_view value)
{
    if (value != "POST" && value != "PUT" && value != "PATCH")
        return quoted(value) + " is no method for it: POST, PUT, PATCH";
    head.method = value;
    return {};
}

std::string takeAnswer(TemplateHead &head, std::string_view value)
{
    head.answer = value;
    return {};
}

std::string takeRetain(TemplateHead &head, std::string_view value)
{
    if (value != "true" && value != "false")
        return "`retain` is true or false, not " + quoted(value);
    head.retain = value == "true";
    return {};
}

struct Key {
    std::string_view name;
    std::string (*take)(TemplateHead &head, std::string_view value);
};

constexpr Key keys[] = {
    {"on", takeEvents},     {"statuses", takeStatuses}, {"content-type", takeContentType},
    {"topic", takeTopic},   {"path", takePath},         {"method", takeMethod},
    {"answer", takeAnswer}, {"retain", takeRetain},
};

std::string unknownKey(std::string_view name)
{
    std::string known;
    for (const Key &key : keys)
        known += (known.empty() ? "" : ", ") + std::string(key.name);
    return quoted(name) + " is no key: " + known;
}

/** @param seen the keys so far */
std::string takeLine(TemplateHead &head, std::string_view line, unsigned number,
                     std::set<std::string_view> &seen)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return quoted(line) +
               " is no `key: value`; an empty line stands between the head and the body";
    const std::string_view name = system::trimmed(line.substr(0, colon));
    const std::string_view value = system::trimmed(line.substr(colon + 1));
    const auto *key = std::find_if(std::begin(keys), std::end(keys),
                                   [name](const Key &known) { return known.name == name; });
    if (key == std::end(keys))
        return unknownKey(name);
    if (!seen.insert(key->name).second)
        return quoted(name) + " is given twice";
    if (value.empty())
        return quoted(name) + " has no value";
    if (!system::isPlainText(value))
        return "the value of " + quoted(name) + " has control characters";
    if (std::string problem = key->take(head, value); !problem.empty())
        return problem;
    if (key->take == takeTopic)
        head.topic.line = number;
    if (key->take == takePath)
        head.path.line = number;
    return {};
}

} // namespace

core::Expected<TemplateHead, TemplateMistake> readHead(std::string_view text)
{
    TemplateHead head;
    std::set<std::string_view> seen;
    unsigned number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = system::trimmed(text.substr(at, end - at));
        at = std::min(end + 1, text.size());
        ++number;
        if (line.empty()) {
            head.bodyStart = at;
            head.bodyLine = number + 1;
            return head;
        }
        if (line.front() == '#')
            continue;
        if (std::string problem = takeLine(head, line, number, seen); !problem.empty())
            return TemplateMistake{number, problem};
    }
    return TemplateMistake{number, "there is no body: it follows an empty line behind the head"};
}

} // namespace ooto::publish
