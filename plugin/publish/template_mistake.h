// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a template, and where.
#pragma once

#include <string>

namespace ooto::publish
{

struct TemplateMistake {
    unsigned line = 0; ///< of the file, from 1 on; 0: of the whole
    std::string text;  ///< for people, goes on after "door.mustache, line 7: "
};

/** "door.mustache, line 7: …" */
inline std::string described(const TemplateMistake &mistake, const std::string &name)
{
    const std::string line =
        mistake.line > 0 ? ", line " + std::to_string(mistake.line) : std::string();
    return name + line + ": " + mistake.text;
}

} // namespace ooto::publish
