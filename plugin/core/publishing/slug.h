// SPDX-License-Identifier: LGPL-2.1-or-later
// Names as parts of topics, paths and ids.
#pragma once

#include <string>
#include <string_view>

namespace ooto::core
{

/**
 * A name of letters `[a-z0-9_-]`. Where something had to be changed (capitals, other letters,
 * length), or nothing is left, a hash of the whole name follows a hyphen (8 hex digits, FNV-1a), so
 * that different names differ. At most 64 characters.
 */
std::string slug(std::string_view name);

} // namespace ooto::core
