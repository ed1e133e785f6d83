// SPDX-License-Identifier: LGPL-2.1-or-later
// Events as lines.
#pragma once

#include <algorithm>
#include <string>

namespace ooto::publish
{

/** The body as one line, with its end: line breaks in it become spaces. */
inline std::string asLine(std::string body)
{
    while (!body.empty() && (body.back() == '\n' || body.back() == '\r'))
        body.pop_back();
    std::replace_if(
        body.begin(), body.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return body + "\n";
}

} // namespace ooto::publish
