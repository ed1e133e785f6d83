// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/group_name.h"

#include <glib.h>

#include <cstring>

namespace ooto::watch
{

namespace
{

constexpr std::size_t longest = 64;

bool isLetter(gunichar c)
{
    return g_unichar_isalnum(c) || g_unichar_ismark(c);
}

std::optional<std::string> wrongIn(const std::string &name, const char *others, const char *known)
{
    if (name.empty())
        return "needs a name, as in [camera door] and [publish home]";
    if (name.size() > longest)
        return "has a name of more than " + std::to_string(longest) + " bytes";
    if (!isLetter(g_utf8_get_char(name.c_str())))
        return "has a name that does not begin with a letter or digit";
    for (const char *c = name.c_str(); *c; c = g_utf8_next_char(c)) {
        const gunichar letter = g_utf8_get_char(c);
        if (!isLetter(letter) && (letter >= 0x80 || !std::strchr(others, static_cast<int>(letter))))
            return std::string("has a name with other characters than ") + known;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> wrongInCameraName(const std::string &name)
{
    return wrongIn(name, " _-.", "letters, digits, spaces, _ - and .");
}

std::optional<std::string> wrongInTargetName(const std::string &name)
{
    return wrongIn(name, "_-.", "letters, digits, _ - and .");
}

} // namespace ooto::watch
