// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/section_maker.h"

#include "system/plain_text.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace ooto::watch
{

namespace
{

/** `camera door`: the kind, and the name, which may have spaces. */
std::pair<std::string, std::string> splitGroup(const std::string &group)
{
    const std::string_view whole = system::trimmed(group);
    const std::size_t space = whole.find_first_of(" \t");
    if (space == std::string_view::npos)
        return {std::string(whole), {}};
    return {std::string(whole.substr(0, space)), std::string(system::trimmed(whole.substr(space)))};
}

std::string place(const Origin &there, const Origin &here)
{
    const std::string line = "line " + std::to_string(there.line);
    return there.file == here.file ? line : line + " of " + system::plainText(there.file);
}

/** Without white space behind it, which GKeyFile would keep; one that is meant is written `\s`. */
void trimEnd(GKeyFile *values, const std::string &group, const std::string &key)
{
    const system::CharsHandle raw(
        g_key_file_get_value(values, group.c_str(), key.c_str(), nullptr));
    if (!raw)
        return;
    g_strchomp(raw.get());
    g_key_file_set_value(values, group.c_str(), key.c_str(), raw.get());
    explicit_bzero(raw.get(), std::strlen(raw.get()));
}

} // namespace

void SectionMaker::beginFile(const std::string &file)
{
    file_ = file;
    groupsOfFile_.clear();
}

Section *SectionMaker::place(const std::string &kind, const std::string &name, const Origin &origin)
{
    const auto known =
        std::find_if(sections_.begin(), sections_.end(), [&](const Section &section) {
            return section.kind == kind && section.name == name;
        });
    const bool again = !groupsOfFile_.insert(origin.group).second;
    if (known == sections_.end())
        return &sections_.emplace_back(
            Section{.kind = kind, .name = name, .origin = origin, .entries = {}});
    if (again || !name.empty())
        findings_.mistake(origin, "stands twice; first in " + watch::place(known->origin, origin));
    return again || !name.empty() ? nullptr : &*known;
}

void SectionMaker::take(const ScannedGroup &group, GKeyFile *values)
{
    const auto [kind, name] = splitGroup(group.name);
    const Origin origin{.file = file_,
                        .line = group.line,
                        .group = name.empty() ? kind : kind + " " + name,
                        .key = {}};
    Section *section = place(kind, name, origin);
    if (!section)
        return;
    for (const ScannedKey &key : group.keys)
        takeKey(*section, group.name, key, values);
}

bool SectionMaker::isFirst(const Section &section, const Origin &origin)
{
    for (const Entry &entry : section.entries) {
        if (entry.key != origin.key)
            continue;
        findings_.mistake(origin, "stands twice; first in " + watch::place(entry.origin, origin));
        return false;
    }
    return true;
}

void SectionMaker::takeKey(Section &section, const std::string &group, const ScannedKey &key,
                           GKeyFile *values)
{
    const Origin origin{
        .file = file_, .line = key.line, .group = section.origin.group, .key = key.key};
    if (!isFirst(section, origin))
        return;
    Entry entry{.key = key.key, .value = {}, .origin = origin};
    trimEnd(values, group, key.key);
    system::ErrorHandle error;
    const system::CharsHandle text(
        g_key_file_get_string(values, group.c_str(), key.key.c_str(), system::ErrorOut(error)));
    if (error && g_error_matches(error.get(), G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE)) {
        findings_.mistake(origin, "has a backslash that means nothing; write \\\\ for one");
        entry.broken = true;
    } else if (text) {
        auto expanded = expand(text.get(), environment_);
        explicit_bzero(text.get(), std::strlen(text.get()));
        entry.broken = !expanded;
        if (expanded)
            entry.value = std::move(*expanded);
        else
            findings_.mistake(origin, expanded.error());
    }
    section.entries.push_back(std::move(entry));
}

} // namespace ooto::watch
