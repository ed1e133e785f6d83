// SPDX-License-Identifier: LGPL-2.1-or-later
#include "documents.h"

#include <glib.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace ooto::test
{

namespace
{

std::vector<std::string> shellWords(const std::string &line)
{
    int count = 0;
    char **words = nullptr;
    std::vector<std::string> result;
    if (g_shell_parse_argv(line.c_str(), &count, &words, nullptr)) {
        result.assign(words, words + count);
        g_strfreev(words);
    }
    return result;
}

} // namespace

std::vector<DocumentedLine> launchLinesIn(const std::filesystem::path &file)
{
    static const std::regex comment(R"(^\s*(\*|//+|#)\s?)");
    static const std::regex start(R"(^\s*(\$\s+)?([A-Z_]+=\S+\s+)*(gst-launch-1\.0\s.*))");
    static const std::regex blockEnd(R"(^\s*\*?\s*\]\|)");
    std::ifstream text(file);
    std::vector<DocumentedLine> lines;
    std::string line;
    std::string before; // the line above
    std::smatch match;
    for (int number = 1; std::getline(text, line); ++number) {
        line = std::regex_replace(line, comment, "");
        if (!std::regex_match(line, match, start)) {
            before = line;
            continue;
        }
        const bool inBlock = before == "|[";
        const std::string place = file.string() + ":" + std::to_string(number);
        std::string whole = match[3];
        while (!whole.empty() && whole.back() == '\\' && std::getline(text, line)) {
            ++number;
            whole.pop_back();
            whole += std::regex_replace(line, comment, "");
        }
        std::vector<std::string> words = shellWords(whole);
        if (!words.empty())
            words.erase(words.begin());
        words.erase(std::find(words.begin(), words.end(), "|"), words.end());
        if (inBlock && std::getline(text, line)) {
            ++number;
            if (!std::regex_search(line, blockEnd)) // cut off: a backslash is missing
                words.clear();
        }
        lines.push_back({place, words});
    }
    return lines;
}

} // namespace ooto::test
