// SPDX-License-Identifier: LGPL-2.1-or-later
// What a text file is written in, where that is not plain UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ooto::system
{

/** The text without the mark that some editors put before UTF-8 (EF BB BF). */
std::string_view withoutByteOrderMark(std::string_view text);

/** By its mark (RFC 2781, section 3.2), or by NULs, which no text in UTF-8 has. */
bool isUtf16(std::string_view bytes);

/** UTF-16 of either byte order as UTF-8; nothing where it is none. */
std::optional<std::string> fromUtf16(std::string_view bytes);

/** The text as valid UTF-8: bytes that are none become a replacement character (U+FFFD). */
std::string validUtf8(std::string_view text);

} // namespace ooto::system
