// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands in the files, before anybody asks what it means.
#pragma once

#include "config/config_reader.h"
#include "config/expanded_value.h"
#include "config/findings.h"

#include <string>
#include <vector>

namespace ooto::watch
{

struct Entry {
    std::string key;
    ExpandedValue value;
    Origin origin;
    bool broken = false; ///< it cannot be read, which has been told

    /** Not for what is a secret. */
    std::string text() const { return value.plain().reveal(); }
};

/** A group; those that may be continued in other files are whole here. */
struct Section {
    std::string kind; ///< `camera`
    std::string name; ///< `door`; empty where it has none
    Origin origin;    ///< where it began first
    std::vector<Entry> entries;
};

/** All groups in the order of the files. */
struct Sections {
    std::vector<std::string> files;
    std::vector<Section> groups;
};

/**
 * Reads `file` and the `*.conf` of the folder beside it, by name, expands values, and looks who may
 * write them. A key may stand once in a group, over all files; a group once in a file; one with a
 * name once over all.
 */
Sections readSections(const std::string &file, const Lookup &environment, Findings &findings);

} // namespace ooto::watch
