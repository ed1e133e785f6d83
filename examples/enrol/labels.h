// SPDX-License-Identifier: LGPL-2.1-or-later
// The labels file of ootoidentify: template ids and whom they stand for.
#pragma once

#include "handles.h"

#include <vector>

namespace ooto::enrol
{

/** Throws std::runtime_error with a text for people where the file cannot be read or written. */
class Labels
{
public:
    /** Reads the file, which need not be there yet, and sees whether it may be changed. */
    explicit Labels(std::string file);

    /** The template ids of this name; the id itself where that is one with a label. */
    std::vector<std::string> idsOf(const std::string &nameOrId) const;
    /**
     * Gives an id a name, or takes its label away where that is null. Changes the file as it is by
     * now: other labels, comments and the file's mode stay.
     */
    void change(const std::string &templateId, const char *name);

private:
    void load();

    std::string file_;
    KeyFile keys_;
};

} // namespace ooto::enrol
