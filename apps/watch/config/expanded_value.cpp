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
    return c != '\0' && whiteSpace.find(c) != std::string_view::npos;
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

/** @param next 0: the line's end, behind which the program goes on */
bool endsWord(char next)
{
    return next == '\0' || next == '"' || next == '\'' || isSpace(next);
}

/** Whether what comes between is all of a property's value. @param next as above */
bool isWholeValue(std::string_view before, char next)
{
    if (before.ends_with("=\""))
        return next == '"';
    const std::size_t last = before.find_last_not_of(whiteSpace);
    return last != std::string_view::npos && before[last] == '=' && (next == '\0' || isSpace(next));
}

/** Whether gst-launch would read all of a string property as something else. */
bool needsSerializing(std::string_view value)
{
    // It undoes quotes, takes NULL as none, and takes a backslash before a space for both: a space
    // that goes on with the word, even if the backslash has one of its own.
    return value.front() == '"' || value == "NULL" || value.back() == '\\';
}

/** All of a property's value. */
void appendWhole(std::string &line, std::string_view value)
{
    if (value.empty()) {
        line += line.back() == '"' ? "" : "\"\"";
        return;
    }
    if (!needsSerializing(value)) {
        appendQuoted(line, value);
        return;
    }
    WipedText serialized(2 * value.size() + 2); // as gst_value_deserialize() reads it
    serialized.text += '"';
    for (const char c : value) {
        if (!g_ascii_isalnum(c))
            serialized.text += '\\';
        serialized.text += c;
    }
    serialized.text += '"';
    appendQuoted(line, serialized.text);
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

char ExpandedValue::after(std::size_t index) const
{
    const auto next =
        std::find_if(parts_.begin() + static_cast<std::ptrdiff_t>(index) + 1, parts_.end(),
                     [](const Part &part) { return !part.text.empty(); });
    return next == parts_.end() ? '\0' : *next->text.reveal();
}

core::Expected<system::Secret, std::string> ExpandedValue::quoted() const
{
    std::size_t size = 0;
    for (const Part &part : parts_)
        size += 4 * std::strlen(part.text.reveal()) + 4;
    WipedText line(size);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part &part = parts_[i];
        const std::string_view text = part.text.reveal();
        if (part.name.empty()) {
            line.text += text;
            continue;
        }
        if (std::any_of(text.begin(), text.end(), [](char c) { return g_ascii_iscntrl(c); }))
            return shown(part.name) + " stands for something with a line break or control "
                                      "character";
        const bool whole = isWholeValue(line.text, after(i));
        if (!whole && text.ends_with('\\') && endsWord(after(i)))
            return shown(part.name) + " stands for something that ends in a backslash, which can "
                                      "only be where ${…} is all of a property's value";
        if (whole)
            appendWhole(line.text, text);
        else
            appendQuoted(line.text, text);
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
