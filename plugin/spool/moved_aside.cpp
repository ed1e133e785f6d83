// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/moved_aside.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace ooto::spool
{

namespace
{

constexpr std::array companions{"-wal", "-shm", "-journal", ""};
constexpr std::string_view infix = ".sqlite.broken-";

/** Takes the digits at its beginning off. */
std::optional<std::int64_t> takeNumber(std::string_view &text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/** When it was moved; nothing where it is no such file. */
std::optional<std::chrono::system_clock::time_point> timeOf(std::string_view name,
                                                            std::string_view beginning)
{
    if (!name.starts_with(beginning))
        return std::nullopt;
    name.remove_prefix(beginning.size());
    takeNumber(name);
    if (!name.starts_with(infix))
        return std::nullopt;
    name.remove_prefix(infix.size());
    const auto seconds = takeNumber(name);
    if (!seconds || std::find(companions.begin(), companions.end(), name) == companions.end())
        return std::nullopt;
    return std::chrono::system_clock::from_time_t(static_cast<std::time_t>(*seconds));
}

} // namespace

std::string moveAside(const std::string &path)
{
    const std::string aside = path + ".broken-" + std::to_string(std::time(nullptr));
    // The database last: what is left beside a new one would be taken for its own.
    bool isMoved = false;
    for (const char *ending : companions)
        isMoved = std::rename((path + ending).c_str(), (aside + ending).c_str()) == 0;
    return isMoved ? aside : std::string();
}

void removeMovedAside(const MovedAside &which)
{
    std::error_code error;
    for (std::filesystem::directory_iterator entry(which.folder, error), end;
         !error && entry != end; entry.increment(error)) {
        const auto time = timeOf(entry->path().filename().native(), which.beginning);
        if (time && *time < which.before)
            ::unlink(entry->path().c_str());
    }
}

} // namespace ooto::spool
