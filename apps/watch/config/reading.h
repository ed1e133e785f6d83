// SPDX-License-Identifier: LGPL-2.1-or-later
// What all that reads a section needs.
#pragma once

#include "config/config_reader.h"
#include "config/findings.h"
#include "config/property_probe.h"
#include "config/sections.h"

#include <string>
#include <vector>

namespace ooto::watch
{

struct Reading {
    const Lookup &environment;
    Findings &findings;
    PropertyProbe identify{"ootoidentify"};
    PropertyProbe publish{"ootopublish"};
    std::vector<std::string> targets{}; ///< names of all [publish NAME]
};

/** A key of our own and who reads it. */
template<typename Draft>
struct Key {
    const char *name;
    void (*take)(Draft &draft, const Entry &entry, Reading &reading);
};

/** @return null where there is no such key */
template<typename Keys>
auto findKey(const Keys &keys, const std::string &name) -> const typename Keys::value_type *
{
    for (const auto &key : keys) {
        if (name == key.name)
            return &key;
    }
    return nullptr;
}

template<typename Keys>
void addNames(const Keys &keys, std::vector<std::string> &names)
{
    for (const auto &key : keys)
        names.emplace_back(key.name);
}

/**
 * Adds a property to the settings, in place of one of the same name, if the element takes it; and
 * looks at the file that it names.
 */
void takeProperty(Settings &settings, const Entry &entry, PropertyProbe &probe, Reading &reading);

/** Tells of a password that stands in a file that everybody can read. */
void warnOfSecret(const Entry &entry, Findings &findings);

/** @return the setting of that property; null where there is none */
const Setting *findSetting(const Settings &settings, const std::string &property);

} // namespace ooto::watch
