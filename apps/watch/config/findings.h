// SPDX-License-Identifier: LGPL-2.1-or-later
// Gathers what is wrong, and what should be told, while files are read.
#pragma once

#include "config/config.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** Texts go on after the key: "takes true or false". None has a value of a file in it. */
class Findings
{
public:
    void mistake(const Origin &origin, std::string text)
    {
        // What is wrong with a default would be told for each camera.
        if (toldAt_.insert({origin.file, std::to_string(origin.line) + " " + text}).second)
            mistakes_.push_back({origin, std::move(text)});
    }
    void warning(const Origin &origin, std::string text)
    {
        warnings_.push_back({origin, std::move(text)});
    }
    /** The same once for each thing that it is about, as a file. */
    void warnOnce(const Origin &origin, const std::string &about, std::string text)
    {
        if (warnedAbout_.insert(about).second)
            warning(origin, std::move(text));
    }
    /** All that are found from now on in other files come after those in this one. */
    void beginFile(const std::string &file) { files_.push_back(file); }

    std::vector<Mistake> mistakes() const { return inOrder(mistakes_); }
    std::vector<Mistake> warnings() const { return inOrder(warnings_); }

private:
    std::vector<Mistake> inOrder(std::vector<Mistake> found) const
    {
        const auto place = [this](const Mistake &mistake) {
            const auto file = std::find(files_.begin(), files_.end(), mistake.origin.file);
            return std::pair(file - files_.begin(), mistake.origin.line);
        };
        std::stable_sort(found.begin(), found.end(),
                         [&](const Mistake &a, const Mistake &b) { return place(a) < place(b); });
        return found;
    }

    std::vector<std::string> files_;
    std::set<std::string> warnedAbout_;
    std::set<std::pair<std::string, std::string>> toldAt_; ///< file; line and text
    std::vector<Mistake> mistakes_;
    std::vector<Mistake> warnings_;
};

} // namespace ooto::watch
