// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/expanded_value.h"

#include <glib.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace ooto::watch
{

namespace
{

constexpr std::string_view opening = "${";
constexpr std::string_view whiteSpace = " \t\r\n\f\v";

/** Text that may be secret while it is put together. */
struct WipedText {
    std::string text;
    explicit WipedText(std::size_t most) { text.reserve(most); } // so that it never moves
    ~WipedText() { explicit_bzero(text.data(), text.size()); }
    WipedText(const WipedText &) = delete;
    WipedText &operator=(const WipedText &) = delete;
};

bool isSpace(char c)
{
    return whiteSpace.find(c) != std::string_view::npos;
}

/** Means nothing to gst-launch, wherever it stands. */
bool isHarmless(char c)
{
    return g_ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::strchr("_-/%+@", c) != nullptr;
}

void appendQuoted(std::string &line, std::string_view value)
{
    for (const char c : value) {
        if (!isHarmless(c))
            line += '\\';
        line += c;
    }
}

bool isVariableName(std::string_view name)
{
    return !name.empty() && !g_ascii_isdigit(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return g_ascii_isalnum(c) || c == '_'; });
}

std::string shown(std::string_view name)
{
    return "${" + std::string(name) + "}";
}

/** What stands between `${` and `}`. */
core::Expected<system::Secret, std::string>
valueOf(std::string_view name, std::optional<std::string_view> otherwise, const Lookup &environment)
{
    if (!isVariableName(name))
        return std::string("has a `${` without a name such as ${DOOR_PASSWORD}; a `${` that is "
                           "meant so is written `$${`");
    const std::optional<std::string> value = environment(std::string(name));
    if (value && !g_utf8_validate(value->data(), static_cast<gssize>(value->size()), nullptr))
        return shown(name) + " is not UTF-8";
    if (value && (!value->empty() || !otherwise))
        return system::Secret(*value);
    if (otherwise)
        return system::Secret(*otherwise);
    return shown(name) + " is not set, and has no default as in ${" + std::string(name) +
           ":default}";
}

} // namespace

bool ExpandedValue::empty() const
{
    return std::all_of(parts_.begin(), parts_.end(),
                       [](const Part &part) { return part.text.empty(); });
}

bool ExpandedValue::hasVariables() const
{
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const Part &part) { return !part.name.empty(); });
}

bool ExpandedValue::hasControls() const
{
    return std::any_of(parts_.begin(), parts_.end(), [](const Part &part) {
        const std::string_view text = part.text.reveal();
        return !part.name.empty() &&
               std::any_of(text.begin(), text.end(), [](char c) { return g_ascii_iscntrl(c); });
    });
}

system::Secret ExpandedValue::plain() const
{
    std::size_t size = 0;
    for (const Part &part : parts_)
        size += std::strlen(part.text.reveal());
    WipedText whole(size);
    for (const Part &part : parts_)
        whole.text += part.text.reveal();
    return system::Secret(whole.text);
}

std::string ExpandedValue::quotedEmpty(std::size_t index, std::string_view before) const
{
    const auto next =
        std::find_if(parts_.begin() + static_cast<std::ptrdiff_t>(index), parts_.end(),
                     [](const Part &part) { return !part.text.empty(); });
    const std::size_t last = before.find_last_not_of(whiteSpace);
    const bool begins = last != std::string_view::npos && before[last] == '=';
    const bool ends = next == parts_.end() || isSpace(*next->text.reveal());
    return begins && ends ? "\"\"" : "";
}

system::Secret ExpandedValue::quoted() const
{
    std::size_t size = 0;
    for (const Part &part : parts_)
        size += 2 * std::strlen(part.text.reveal()) + 2;
    WipedText line(size);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part &part = parts_[i];
        if (part.name.empty())
            line.text += part.text.reveal();
        else if (part.text.empty())
            line.text += quotedEmpty(i, line.text);
        else
            appendQuoted(line.text, part.text.reveal());
    }
    return system::Secret(line.text);
}

std::string ExpandedValue::quotedNames() const
{
    std::string line;
    for (const Part &part : parts_) {
        if (part.name.empty())
            line += part.text.reveal();
        else
            appendQuoted(line, shown(part.name));
    }
    return line;
}

std::string ExpandedValue::names() const
{
    std::string names;
    for (const Part &part : parts_) {
        if (!part.name.empty())
            names += (names.empty() ? "" : ", ") + shown(part.name);
    }
    return names;
}

core::Expected<ExpandedValue, std::string> expand(std::string_view text, const Lookup &environment)
{
    ExpandedValue value;
    std::string written;
    while (!text.empty()) {
        const std::size_t start = text.find(opening);
        written += text.substr(0, start);
        if (start == std::string_view::npos)
            break;
        text.remove_prefix(start + opening.size());
        if (!written.empty() && written.back() == '$') { // the first of `$${`
            written += '{';
            continue;
        }
        const std::size_t end = text.find('}');
        if (end == std::string_view::npos)
            return std::string("has a `${` without its `}`; a `${` that is meant so is written "
                               "`$${`");
        const std::string_view inside = text.substr(0, end);
        const std::size_t colon = inside.find(':');
        const std::string_view name = inside.substr(0, colon);
        std::optional<std::string_view> otherwise;
        if (colon != std::string_view::npos)
            otherwise = inside.substr(colon + 1);
        auto brought = valueOf(name, otherwise, environment);
        if (!brought)
            return brought.error();
        if (!written.empty())
            value.parts_.push_back({"", system::Secret(std::exchange(written, {}))});
        value.parts_.push_back({std::string(name), std::move(*brought)});
        text.remove_prefix(end + 1);
    }
    if (!written.empty())
        value.parts_.push_back({"", system::Secret(written)});
    return value;
}

} // namespace ooto::watch
