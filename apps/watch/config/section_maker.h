// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts groups of several files together, and finds what stands twice.
#pragma once

#include "config/line_scan.h"
#include "config/sections.h"
#include "system/handles.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ooto::watch
{

class SectionMaker
{
public:
    /** Both outlive it. */
    SectionMaker(const Lookup &environment, Findings &findings)
        : environment_(environment), findings_(findings)
    {
    }

    void beginFile(const std::string &file);
    /** A group of the file, with its values. */
    void take(const ScannedGroup &group, GKeyFile *values);
    /** All groups; the end of its work. */
    std::vector<Section> take() { return std::move(sections_); }

private:
    Section *place(const std::string &kind, const std::string &name, const Origin &origin);
    void takeKey(Section &section, const std::string &group, const ScannedKey &key,
                 GKeyFile *values);
    bool isFirst(const Section &section, const Origin &origin);

    const Lookup &environment_;
    Findings &findings_;
    std::string file_;
    std::set<std::string> groupsOfFile_;
    std::vector<Section> sections_;
};

} // namespace ooto::watch
