// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the groups and keys of a key file stand, which GKeyFile does not tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ooto::watch
{

struct ScannedKey {
    std::string key;
    unsigned line; ///< from 1
};

struct ScannedGroup {
    std::string name; ///< as it stands between the brackets
    unsigned line;
    std::vector<ScannedKey> keys;
};

struct ScannedFile {
    std::vector<ScannedGroup> groups; ///< in their order; the same name may come twice
    std::vector<unsigned> strays;     ///< lines that are neither comment, nor group, nor key
    std::vector<unsigned> early;      ///< keys before the first group
};

/** Reads lines as GKeyFile does. @param text valid UTF-8 */
ScannedFile scanLines(std::string_view text);

} // namespace ooto::watch
