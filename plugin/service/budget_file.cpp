// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/budget_file.h"

#include "system/file_descriptor.h"
#include "system/handles.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

namespace ooto::service
{

namespace
{

using core::DayRecord;
using Outcome = BudgetFile::Outcome;

constexpr int onlyMine = 0600;
/** The lock is held for some 0.1 ms at a time. */
constexpr std::chrono::milliseconds betweenTries{1};

std::string stateHome()
{
    const char *named = std::getenv("XDG_STATE_HOME");
    // The specification wants relative paths to be ignored.
    if (named && g_path_is_absolute(named))
        return named;
    return std::string(g_get_home_dir()) + "/.local/state";
}

Outcome failed(std::string &error)
{
    error = g_strerror(errno);
    return Outcome::Failed;
}

/**
 * A lock of the file system's own, on a file beside the record: that one is replaced, and a lock
 * on it would be one on the past. The lock goes with the descriptor.
 */
Outcome lock(const system::FileDescriptor &file, std::chrono::milliseconds patience,
             std::string &error)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return failed(error);
        if (std::chrono::steady_clock::now() >= end)
            return Outcome::Busy;
        std::this_thread::sleep_for(betweenTries);
    }
    return Outcome::Done;
}

/** "2026-01-31", which is taken off the text. */
std::optional<core::LocalDate> takeDate(std::string_view &text)
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int length = 0;
    const std::string copy(text);
    // NOLINTNEXTLINE(cert-err34-c): four digits and two cannot overflow, and the date is checked
    if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) != 3)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(length));
    return core::LocalDate(date);
}

bool take(std::string_view &text, char expected)
{
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(1);
    return true;
}

/**
 * "2026-01-31 17", as it is kept, or "2026-01-31 17 2026-02-03" with the date from which the clock
 * went back. Nothing when the text is anything else.
 */
std::optional<DayRecord> parseRecord(std::string_view text)
{
    DayRecord record;
    const auto date = takeDate(text);
    if (!date || !take(text, ' '))
        return std::nullopt;
    record.date = *date;
    // Unlike scanf(), this takes no sign, and knows when a number is too large.
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), record.used);
    if (problem != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (take(text, ' ')) {
        record.later = takeDate(text);
        if (!record.later || *record.later <= record.date)
            return std::nullopt;
    }
    if (!take(text, '\n'))
        return std::nullopt;
    return record;
}

std::string written(const DayRecord &record)
{
    return core::toText(record.date) + ' ' + std::to_string(record.used) +
           (record.later ? ' ' + core::toText(*record.later) : "") + '\n';
}

/** @return false when there is a file that cannot be read */
bool readRecord(const std::string &path, std::optional<DayRecord> &record)
{
    const system::FileDescriptor file(
        open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file)
        return errno == ENOENT;
    std::array<char, 64> text{};
    if (::read(file.get(), text.data(), text.size() - 1) < 0)
        return false;
    record = parseRecord(text.data());
    return true;
}

/** All or nothing: whoever reads sees the old record or the new one. */
bool replaceRecord(const std::string &path, const DayRecord &record)
{
    // Nobody else uses this name, as the lock is held.
    const std::string fresh = path + ".new";
    const std::string text = written(record);
    {
        const system::FileDescriptor file(
            open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                 onlyMine));
        if (!file)
            return false;
        const ssize_t size = write(file.get(), text.data(), text.size());
        if (size != static_cast<ssize_t>(text.size())) {
            if (size >= 0)
                errno = ENOSPC;
            return false;
        }
    }
    return rename(fresh.c_str(), path.c_str()) == 0;
}

} // namespace

std::string BudgetFile::hashOf(const std::string &endpoint, const std::string &appId)
{
    // No endpoint holds a line break, so that no two services look alike here.
    const std::string whose = endpoint + '\n' + appId;
    const system::CharsHandle hash(g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(whose.data()), whose.size()));
    return hash.get();
}

std::string BudgetFile::pathFor(const std::string &endpoint, const std::string &appId)
{
    return stateHome() + "/ooto/budget-" + hashOf(endpoint, appId).substr(0, 32);
}

std::optional<DayRecord> BudgetFile::read() const
{
    // It is only ever replaced as a whole, so that no lock is needed to look at it.
    std::optional<DayRecord> record;
    readRecord(path_, record);
    return record;
}

Outcome BudgetFile::update(const Change &change, std::chrono::milliseconds patience,
                           std::string &error)
{
    const std::string directory = std::filesystem::path(path_).parent_path();
    if (g_mkdir_with_parents(directory.c_str(), 0700) != 0)
        return failed(error);
    const system::FileDescriptor lockFile(
        open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
             onlyMine));
    if (!lockFile)
        return failed(error);
    if (const Outcome locked = lock(lockFile, patience, error); locked != Outcome::Done)
        return locked;

    std::optional<DayRecord> before;
    if (!readRecord(path_, before))
        return failed(error);
    const DayRecord after = change(before);
    if (before != after && !replaceRecord(path_, after))
        return failed(error);
    return Outcome::Done;
}

} // namespace ooto::service
