// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/sections.h"

#include "config/file_access.h"
#include "config/line_scan.h"
#include "config/section_maker.h"
#include "system/handles.h"
#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace ooto::watch
{

namespace
{

constexpr std::size_t largestFile = 1024 * 1024;
constexpr std::string_view ending = ".conf";

struct TextOfFile {
    std::string text;
    ~TextOfFile() { explicit_bzero(text.data(), text.size()); } // it may hold a password
};

std::string folderBeside(const std::string &file)
{
    const bool ends = file.size() > ending.size() && std::string_view(file).ends_with(ending);
    return (ends ? file.substr(0, file.size() - ending.size()) : file) + ".d";
}

std::vector<std::string> filesIn(const std::string &folder, Findings &findings)
{
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (name.front() != '.' && name.size() > ending.size() && name.ends_with(ending))
            files.push_back(entry->path());
    }
    if (error && error != std::errc::no_such_file_or_directory)
        findings.mistake({.file = folder}, "cannot be read (" + error.message() + ")");
    std::sort(files.begin(), files.end());
    return files;
}

unsigned lineOf(std::string_view text, const char *place)
{
    return 1 + static_cast<unsigned>(std::count(text.data(), place, '\n'));
}

bool isUtf8(const std::string &file, std::string_view text, Findings &findings)
{
    const char *end = nullptr;
    if (system::isUtf16(text)) {
        findings.mistake({.file = file}, "is written as UTF-16; save it as UTF-8");
        return false;
    }
    if (g_utf8_validate(text.data(), static_cast<gssize>(text.size()), &end))
        return true;
    findings.mistake({.file = file, .line = lineOf(text, end)}, "is not UTF-8; save it as UTF-8");
    return false;
}

bool tellStrays(const std::string &file, const ScannedFile &lines, Findings &findings)
{
    for (const unsigned line : lines.strays)
        findings.mistake({.file = file, .line = line},
                         "is neither a comment (#), nor a [group], nor a line KEY=VALUE");
    for (const unsigned line : lines.early)
        findings.mistake({.file = file, .line = line}, "stands before the first [group]");
    return !lines.strays.empty() || !lines.early.empty();
}

/** Null where it is none. */
system::KeyFileHandle parse(std::string_view text)
{
    system::KeyFileHandle keyFile(g_key_file_new());
    if (text.empty() || !g_key_file_load_from_data(keyFile.get(), text.data(), text.size(),
                                                   G_KEY_FILE_NONE, nullptr))
        return nullptr;
    return keyFile;
}

void readText(const std::string &file, std::string_view text, SectionMaker &maker,
              Findings &findings)
{
    if (!isUtf8(file, text, findings))
        return;
    const ScannedFile lines = scanLines(text);
    if (tellStrays(file, lines, findings) || lines.groups.empty())
        return;
    // What GKeyFile says quotes the line, which may be a password: it is not passed on.
    const auto keyFile = parse(text);
    if (!keyFile) {
        findings.mistake({.file = file}, "is no key file: [group], then lines KEY=VALUE");
        return;
    }
    maker.beginFile(file);
    for (const ScannedGroup &group : lines.groups)
        maker.take(group, keyFile.get());
}

/** Nothing of a file is read that somebody else may have written. */
bool mayBeRead(const std::string &file, const std::string &mainFile, Findings &findings)
{
    auto problem = writableByOthers(file);
    if (!problem && file != mainFile)
        problem = ownedByOthers(file, mainFile);
    if (problem)
        findings.mistake({.file = file}, *problem);
    return !problem;
}

void readFile(const std::string &file, const std::string &mainFile, SectionMaker &maker,
              Findings &findings)
{
    findings.beginFile(file);
    if (!mayBeRead(file, mainFile, findings))
        return;
    std::string problem;
    auto content = system::readRegularFile(file, largestFile, problem);
    if (!content) {
        findings.mistake({.file = file}, problem);
        return;
    }
    const TextOfFile whole{std::move(*content)};
    readText(file, system::withoutByteOrderMark(whole.text), maker, findings);
}

} // namespace

Sections readSections(const std::string &file, const Lookup &environment, Findings &findings)
{
    SectionMaker maker(environment, findings);
    readFile(file, file, maker, findings);
    std::vector<std::string> files{file};
    const std::string folder = folderBeside(file);
    findings.beginFile(folder);
    auto problem = folderWritableByOthers(folder);
    if (!problem)
        problem = ownedByOthers(folder, file);
    if (problem) {
        findings.mistake({.file = folder}, *problem);
    } else {
        for (const std::string &more : filesIn(folder, findings)) {
            readFile(more, file, maker, findings);
            files.push_back(more);
        }
    }
    return {.files = std::move(files), .groups = maker.take()};
}

} // namespace ooto::watch
