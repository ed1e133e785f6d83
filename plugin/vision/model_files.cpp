// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the detectors' files are looked for.
#include "vision/detector.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace ooto::vision
{
namespace
{

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

/** The XDG base directories for data, the user's own first. */
std::vector<std::filesystem::path> dataDirectories()
{
    std::vector<std::filesystem::path> directories;
    // Relative ones are to be ignored, says the XDG specification; an empty one is relative too.
    const auto add = [&](const std::filesystem::path &directory) {
        if (directory.is_absolute())
            directories.push_back(directory);
    };
    const std::string own = environment("XDG_DATA_HOME");
    const std::string home = environment("HOME");
    add(own.empty() && !home.empty() ? home + "/.local/share" : own);

    const std::string shared = environment("XDG_DATA_DIRS");
    std::istringstream list(shared.empty() ? "/usr/local/share:/usr/share" : shared);
    for (std::string directory; std::getline(list, directory, ':');)
        add(directory);
    return directories;
}

std::optional<std::string> firstFile(const std::vector<std::filesystem::path> &directories,
                                     const std::filesystem::path &name)
{
    std::error_code ignored;
    for (const std::filesystem::path &directory : directories)
        if (std::filesystem::is_regular_file(directory / name, ignored))
            return (directory / name).string();
    return std::nullopt;
}

} // namespace

std::optional<std::string> findYunetModel(const std::string &configured)
{
    if (!configured.empty())
        return configured;
    if (std::string named = environment("OOTO_FACE_MODEL"); !named.empty())
        return named;
    return firstFile(dataDirectories(), std::filesystem::path("ooto/models") / yunetModelName);
}

std::optional<std::string> findCascade()
{
    std::vector<std::filesystem::path> directories = dataDirectories();
    // Packages install there whatever XDG_DATA_DIRS says.
    directories.insert(directories.end(), {"/usr/local/share", "/usr/share"});
    for (const char *version : {"opencv4", "opencv5", "opencv"})
        if (auto file = firstFile(directories, std::filesystem::path(version) / "haarcascades" /
                                                   "haarcascade_frontalface_alt2.xml"))
            return file;
    return std::nullopt;
}

} // namespace ooto::vision
