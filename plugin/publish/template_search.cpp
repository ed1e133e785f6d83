// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_search.h"

#include "system/plain_text.h"

#include <glib.h>

#include <filesystem>
#include <set>
#include <vector>

namespace ooto::publish
{

namespace
{

namespace fs = std::filesystem;

constexpr const char *ending = ".mustache";

std::vector<fs::path> folders()
{
    const fs::path inside = fs::path("ooto") / "publish";
    std::vector<fs::path> found = {g_get_user_data_dir() / inside};
    for (const char *const *folder = g_get_system_data_dirs(); *folder; ++folder)
        found.push_back(*folder / inside);
    found.push_back(OOTO_DATA_DIR / inside);
    return found;
}

std::string knownNames()
{
    std::set<std::string> names;
    for (const fs::path &folder : folders()) {
        std::error_code unreadable;
        for (fs::directory_iterator file(folder, unreadable), end; !unreadable && file != end;
             file.increment(unreadable)) {
            if (file->path().extension() == ending)
                names.insert(system::plainText(file->path().stem().string()));
        }
    }
    std::string list;
    for (const std::string &name : names)
        list += (list.empty() ? "" : ", ") + name;
    return list.empty() ? "none is installed" : "there are " + list;
}

} // namespace

core::Expected<std::string, TemplateMistake> findTemplate(const std::string &nameOrPath)
{
    if (nameOrPath.find('/') != std::string::npos)
        return nameOrPath;
    for (const fs::path &folder : folders()) {
        const fs::path file = folder / (nameOrPath + ending);
        std::error_code unreadable;
        if (fs::exists(file, unreadable))
            return file.string();
    }
    return TemplateMistake{0, "no template of this name; " + knownNames() +
                                  "; a path has a slash in it, as ./door.mustache"};
}

} // namespace ooto::publish
