// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/plain_text.h"

#include "system/handles.h"

namespace ooto::system
{

namespace
{

bool breaksLine(gunichar c)
{
    const GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

} // namespace

std::string plainText(std::string_view untrusted, std::size_t maxBytes)
{
    // Each byte becomes at most three, so what lies behind this cannot be kept in any case.
    const std::string_view head = untrusted.substr(0, maxBytes + 4);
    const CharsHandle valid(g_utf8_make_valid(head.data(), static_cast<gssize>(head.size())));
    std::string text;
    for (const char *at = valid.get(); *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        char bytes[6];
        auto size = static_cast<std::size_t>(g_unichar_to_utf8(c, bytes));
        if (breaksLine(c) || g_unichar_type(c) == G_UNICODE_FORMAT) {
            bytes[0] = ' ';
            size = 1;
        }
        if (text.size() + size > maxBytes)
            break;
        text.append(bytes, size);
    }
    return std::string(trimmed(text));
}

bool isPlainText(std::string_view text)
{
    if (!g_utf8_validate_len(text.data(), text.size(), nullptr))
        return false;
    const char *end = text.data() + text.size();
    for (const char *at = text.data(); at < end; at = g_utf8_next_char(at)) {
        if (breaksLine(g_utf8_get_char(at)))
            return false;
    }
    return true;
}

std::string_view trimmed(std::string_view text)
{
    constexpr const char *space = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

} // namespace ooto::system
