// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads JSON before json-glib does, which recurses without limit and accepts more than JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ooto::service
{

/**
 * The text when it is strictly one JSON object: RFC 8259's grammar, UTF-8, at most `maxDepth`
 * objects and arrays in each other, nothing but white space around it.
 *
 * Escapes for code points that a C string cannot hold (NUL, lone surrogates) are replaced by
 * `\u0001`, so that json-glib neither cuts the string there nor makes invalid UTF-8 of it; the
 * control character then marks the string as one not to use. `null` is written over
 * integers that json-glib would wrap around: they are out of every range, and so absent.
 */
std::optional<std::string> guardJson(std::string_view text, int maxDepth);

} // namespace ooto::service
