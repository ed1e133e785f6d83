// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/run_files.h"

#include <glib/gstdio.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace ooto::service
{

namespace
{

constexpr std::size_t mostFiles = 4096;
constexpr std::size_t longestName = 64;
constexpr std::string_view unfinished = ".new";

struct Line {
    std::int64_t day = 0; ///< since 1970
    std::uint64_t count = 0;
};

std::optional<Line> readLine(const std::filesystem::path &path)
{
    std::ifstream file(path);
    std::int64_t day = 0;
    std::uint64_t count = 0;
    if (!(file >> day >> count))
        return std::nullopt;
    return Line{day, count};
}

/** Names that runs have: they end in a command to the server. */
bool isRun(const std::string &name)
{
    return !name.empty() && name.size() <= longestName &&
           name.find_first_not_of("0123456789abcdef-") == std::string::npos;
}

} // namespace

bool RunFiles::write(const std::string &run, core::LocalDate date, std::uint64_t count) const
{
    if (g_mkdir_with_parents(folder_.c_str(), 0700) != 0)
        return false;
    const std::string path = folder_ + "/" + run;
    const std::string fresh = path + std::string(unfinished);
    {
        std::ofstream file(fresh, std::ios::trunc);
        file << date.time_since_epoch().count() << " " << count << "\n";
        if (!file.flush())
            return false;
    }
    return std::rename(fresh.c_str(), path.c_str()) == 0;
}

RunCounts RunFiles::read(core::LocalDate date) const
{
    RunCounts counts;
    std::error_code ignored;
    std::filesystem::directory_iterator file(folder_, ignored);
    for (; !ignored && file != std::filesystem::directory_iterator() && counts.size() < mostFiles;
         file.increment(ignored)) {
        const std::filesystem::path &path = file->path();
        const std::string name = path.filename();
        const auto line = isRun(name) ? readLine(path) : std::nullopt;
        if (!line)
            continue;
        const std::int64_t age = date.time_since_epoch().count() - line->day;
        if (age == 0)
            counts[name] = line->count;
        else if (age > 1 || age < -1)
            std::remove(path.c_str());
    }
    return counts;
}

} // namespace ooto::service
