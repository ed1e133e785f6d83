// SPDX-License-Identifier: LGPL-2.1-or-later
// Launch lines in documents and comments.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ooto::test
{

struct DocumentedLine {
    std::string place;                  ///< file and number of its first line
    std::vector<std::string> arguments; ///< without gst-launch-1.0; empty when a shell would not
                                        ///< read all of it
};

/**
 * Every line that starts with gst-launch-1.0, with its continuations; a prompt, a comment's
 * asterisk and variables set before it do not hide it. It ends at a pipe.
 */
std::vector<DocumentedLine> launchLinesIn(const std::filesystem::path &file);

} // namespace ooto::test
