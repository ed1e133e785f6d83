// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/text_encoding.h"

#include "system/handles.h"

namespace ooto::system
{

namespace
{

constexpr std::string_view utf8Mark = "\xef\xbb\xbf";
constexpr std::string_view littleEndianMark = "\xff\xfe";
constexpr std::string_view bigEndianMark = "\xfe\xff";

} // namespace

std::string_view withoutByteOrderMark(std::string_view text)
{
    return text.starts_with(utf8Mark) ? text.substr(utf8Mark.size()) : text;
}

bool isUtf16(std::string_view bytes)
{
    return bytes.starts_with(littleEndianMark) || bytes.starts_with(bigEndianMark) ||
           bytes.find('\0') != std::string_view::npos;
}

std::optional<std::string> fromUtf16(std::string_view bytes)
{
    // Without a mark the first letter tells, which is one of ASCII in a key file.
    const bool bigEndian = bytes.starts_with(bigEndianMark) || bytes.starts_with('\0');
    if (bytes.starts_with(bigEndianMark) || bytes.starts_with(littleEndianMark))
        bytes.remove_prefix(2);
    gsize size = 0;
    const CharsHandle text(g_convert(bytes.data(), static_cast<gssize>(bytes.size()), "UTF-8",
                                     bigEndian ? "UTF-16BE" : "UTF-16LE", nullptr, &size, nullptr));
    if (!text)
        return std::nullopt;
    return std::string(text.get(), size);
}

std::string validUtf8(std::string_view text)
{
    const CharsHandle valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    return valid.get();
}

} // namespace ooto::system
