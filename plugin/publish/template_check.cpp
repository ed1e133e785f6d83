// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_check.h"

#include "system/plain_text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ooto::publish
{

namespace
{

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";
constexpr std::size_t longestShownName = 40;

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '|';
}

std::string tagText(char sign, std::string_view name)
{
    const std::string shown = system::plainText(name, longestShownName);
    return "`{{" + (sign == '\0' ? std::string() : std::string{sign}) + shown + "}}`";
}

/** What a tag of that first character does that no template may do; empty: nothing. */
std::string refusal(char sign)
{
    switch (sign) {
    case '{':
        return "`{{{` would not be escaped: two braces are a tag, and text has spaces between its "
               "own";
    case '&':
        return "`{{&` would not be escaped: leave the `&` out";
    case '>':
        return "`{{>`: a template is one file, without partials";
    case '=':
        return "`{{=`: the delimiters are `{{` and `}}`, and stay so";
    default:
        return {};
    }
}

class Checker
{
public:
    Checker(std::string_view text, unsigned firstLine) : text_(text), line_(firstLine) {}

    core::Expected<TemplateTags, TemplateMistake> run()
    {
        while (advanceTo(text_.find(opening, at_))) {
            if (const std::string problem = takeTag(); !problem.empty())
                return TemplateMistake{line_, problem};
        }
        if (!open_.empty())
            return TemplateMistake{open_.back().line,
                                   tagText(open_.back().sign, open_.back().name) +
                                       " is not closed"};
        return std::move(found_);
    }

private:
    struct Section {
        std::string name;
        char sign = '#';
        unsigned line = 0;
        std::size_t start = 0;
    };

    bool advanceTo(std::size_t position)
    {
        if (position == std::string_view::npos)
            return false;
        line_ += static_cast<unsigned>(
            std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                       text_.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
        at_ = position;
        return true;
    }

    /** At an opening. @return a problem, else behind the tag */
    std::string takeTag()
    {
        const std::size_t inside = at_ + opening.size();
        const std::size_t end = text_.find(closing, inside);
        if (inside < text_.size() && text_[inside] == '{')
            return refusal('{');
        if (end == std::string_view::npos)
            return "`{{` without `}}`";
        const std::string_view content = system::trimmed(text_.substr(inside, end - inside));
        const char sign =
            content.empty() || isNameCharacter(content.front()) ? '\0' : content.front();
        const std::string_view name = sign == '\0' ? content : system::trimmed(content.substr(1));
        const std::size_t behind = end + closing.size();
        std::string problem = take(sign, name, behind);
        if (problem.empty())
            advanceTo(behind);
        return problem;
    }

    std::string take(char sign, std::string_view name, std::size_t behind)
    {
        if (sign == '!')
            return {};
        if (std::string refused = refusal(sign); !refused.empty())
            return refused;
        if (sign != '\0' && sign != '#' && sign != '^' && sign != '/')
            return tagText(sign, name) +
                   " is no tag: a field's name may have `#`, `^` or `/` before it";
        if (name.empty())
            return "a tag without a name";
        if (!std::all_of(name.begin(), name.end(), isNameCharacter))
            return tagText(sign, name) + " is no field's name";
        if (sign == '/')
            return close(name);
        found_.tags.push_back({std::string(name), line_, sign != '\0'});
        return sign == '\0' ? std::string() : open(sign, name, behind);
    }

    std::string open(char sign, std::string_view name, std::size_t behind)
    {
        if (open_.size() == maxTemplateDepth)
            return "more than " + std::to_string(maxTemplateDepth) +
                   " sections inside of each other";
        open_.push_back({std::string(name), sign, line_, behind});
        return {};
    }

    std::string close(std::string_view name)
    {
        if (open_.empty())
            return tagText('/', name) + " closes nothing";
        const Section &section = open_.back();
        if (section.name != name)
            return tagText('/', name) + " stands where " + tagText(section.sign, section.name) +
                   " of line " + std::to_string(section.line) + " is open";
        found_.longestSection = std::max(found_.longestSection, at_ - section.start);
        open_.pop_back();
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned line_;
    std::vector<Section> open_;
    TemplateTags found_;
};

} // namespace

bool TemplateTags::have(std::string_view name) const
{
    return std::any_of(tags.begin(), tags.end(),
                       [name](const TemplateTag &tag) { return tag.name == name; });
}

core::Expected<TemplateTags, TemplateMistake> checkTags(std::string_view text, unsigned firstLine)
{
    return Checker(text, firstLine).run();
}

} // namespace ooto::publish
