// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of others inside of JSON, XML, URLs, lines and topics: they stay values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ooto::publish
{

enum class Escape {
    Json,  ///< inside of a string's quotes
    Xml,   ///< XML 1.0: text, and attributes in quotes; what XML cannot say becomes a space
    Url,   ///< RFC 3986: all but letters, digits and `-._~` in percent
    Line,  ///< plain text on one line; `|` becomes a space, too
    Topic, ///< one level of a topic: `+ # / $`, spaces of any kind and control become `_`
};

/**
 * @param contentType of a head, with or without parameters; empty: plain text
 * @return nothing for a type that nobody knows how to escape for
 */
std::optional<Escape> escapeFor(std::string_view contentType);

/** @param value any bytes; those that are no UTF-8 become a replacement character */
std::string escaped(std::string_view value, Escape escape);

/** As many whole characters as fit. @param text valid UTF-8 */
std::string_view cutToBytes(std::string_view text, std::size_t maxBytes);

} // namespace ooto::publish
