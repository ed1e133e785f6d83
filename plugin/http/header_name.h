// SPDX-License-Identifier: LGPL-2.1-or-later
// What can be the name of a header.
#pragma once

#include <glib.h>

#include <algorithm>
#include <string_view>

namespace ooto::http
{

/** True for a token (RFC 9110, section 5.6.2). */
inline bool isHeaderName(std::string_view name)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return g_ascii_isalnum(c) || others.find(c) != std::string_view::npos;
    });
}

} // namespace ooto::http
