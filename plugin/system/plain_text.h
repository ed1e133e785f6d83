// SPDX-License-Identifier: LGPL-2.1-or-later
// Text of others, made fit for logs, messages and metadata.
#pragma once

#include <string>
#include <string_view>

namespace ooto::system
{

/** The longest text of others that is kept, bytes. */
inline constexpr std::size_t maxTextBytes = 256;

/**
 * The text as one line of valid UTF-8 of at most `maxBytes`: control characters, line breaks and
 * marks that reorder what is read become spaces, bytes that are no UTF-8 a replacement character.
 */
std::string plainText(std::string_view untrusted, std::size_t maxBytes = maxTextBytes);

/** True for valid UTF-8 without control characters and line breaks. */
bool isPlainText(std::string_view text);

/** Without the ASCII white space at both ends. */
std::string_view trimmed(std::string_view text);

} // namespace ooto::system
