// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_escape.h"

#include "system/handles.h"
#include "system/plain_text.h"
#include "system/text_encoding.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ooto::publish
{

namespace
{

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), g_ascii_tolower);
    return lower;
}

/** @param escapeOne called with each ASCII character; returns what stands for it */
template<typename EscapeOne>
std::string replacedAscii(std::string_view text, EscapeOne escapeOne)
{
    std::string result;
    result.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80)
            result += escapeOne(c);
        else
            result += c;
    }
    return result;
}

bool isControl(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string jsonCharacter(char c)
{
    if (c == '"' || c == '\\')
        return {'\\', c};
    if (!isControl(c))
        return {c};
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
    return code.data();
}

std::string xmlCharacter(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return isControl(c) ? " " : std::string{c};
    }
}

/** U+FFFE, U+FFFF and the C1 control characters, which XML 1.0 forbids or advises against. */
std::string withoutXmlNonCharacters(const std::string &valid)
{
    std::string kept;
    for (const char *at = valid.c_str(), *next = at; *at != '\0'; at = next) {
        next = g_utf8_next_char(at);
        const gunichar c = g_utf8_get_char(at);
        if (c == 0xFFFE || c == 0xFFFF || (c >= 0x80 && c < 0xA0))
            kept += ' ';
        else
            kept.append(at, next);
    }
    return kept;
}

std::string urlEscaped(const std::string &valid)
{
    return system::CharsHandle(g_uri_escape_string(valid.c_str(), nullptr, FALSE)).get();
}

std::string oneLine(const std::string &valid)
{
    return replacedAscii(system::plainText(valid, valid.size()),
                         [](char c) { return std::string{c == '|' ? ' ' : c}; });
}

std::string topicLevel(const std::string &valid)
{
    return replacedAscii(system::plainText(valid, valid.size()), [](char c) {
        return std::string{std::string_view("+#/$ ").find(c) != std::string_view::npos ? '_' : c};
    });
}

} // namespace

std::optional<Escape> escapeFor(std::string_view contentType)
{
    const std::string type =
        lowerCase(system::trimmed(contentType.substr(0, contentType.find(';'))));
    if (type.empty() || type == "text/plain")
        return Escape::Line;
    if (type == "application/json" || type.ends_with("+json"))
        return Escape::Json;
    if (type == "application/xml" || type == "text/xml" || type.ends_with("+xml"))
        return Escape::Xml;
    if (type == "application/x-www-form-urlencoded")
        return Escape::Url;
    return std::nullopt;
}

std::string escaped(std::string_view value, Escape escape)
{
    const std::string valid = system::validUtf8(value); // without NULs, too
    switch (escape) {
    case Escape::Json:
        return replacedAscii(valid, jsonCharacter);
    case Escape::Xml:
        return replacedAscii(withoutXmlNonCharacters(valid), xmlCharacter);
    case Escape::Url:
        return urlEscaped(valid);
    case Escape::Line:
        return oneLine(valid);
    case Escape::Topic:
        return topicLevel(valid);
    }
    return {};
}

std::string_view cutToBytes(std::string_view text, std::size_t maxBytes)
{
    if (text.size() <= maxBytes)
        return text;
    std::size_t end = maxBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

} // namespace ooto::publish
