// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/spool_file.h"

#include "system/plain_text.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace ooto::spool
{

namespace
{

constexpr int mostFiles = 1000;
constexpr std::array companions{"", "-wal", "-shm", "-journal"};

// linux/magic.h and the man page of statfs(2): SQLite's log needs locks and mappings that these do
// not keep between machines.
constexpr std::array<unsigned, 4> networkFileSystems{0x6969, 0x517B, 0xFF534D42, 0xFE534D42};

std::string baseOf(const std::string &folder, const std::string &name, int number)
{
    return folder + "/" + name + "-" + std::to_string(number);
}

} // namespace

std::string prepareFolder(const std::string &folder)
{
    const std::string shown = "the spool folder '" + system::plainText(folder) + "' ";
    if (g_mkdir_with_parents(folder.c_str(), 0700) != 0)
        return shown + "cannot be made: " + std::strerror(errno);
    struct statfs system {
    };
    if (statfs(folder.c_str(), &system) != 0)
        return shown + "cannot be used: " + std::strerror(errno);
    for (const unsigned type : networkFileSystems) {
        if (static_cast<unsigned>(system.f_type) == type)
            return shown + "is on a network file system, where a database is not safe; name one "
                           "on this machine";
    }
    return {};
}

SpoolFile::SpoolFile(std::string base, system::FileDescriptor lock)
    : base_(std::move(base)), path_(base_ + ".sqlite"), lock_(std::move(lock))
{
}

std::optional<SpoolFile> SpoolFile::take(const std::string &base, int &error)
{
    system::FileDescriptor lock(
        ::open((base + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) {
        error = errno;
        return std::nullopt;
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        error = errno == EWOULDBLOCK ? 0 : errno;
        return std::nullopt;
    }
    return SpoolFile(base, std::move(lock));
}

std::optional<SpoolFile> SpoolFile::takeLowest(const std::string &folder, const std::string &name,
                                               std::string &problem)
{
    problem = prepareFolder(folder);
    for (int number = 0; problem.empty() && number < mostFiles; ++number) {
        int error = 0;
        std::optional<SpoolFile> file = take(baseOf(folder, name, number), error);
        if (file)
            return file;
        if (error != 0)
            problem = "the spool folder '" + system::plainText(folder) +
                      "' cannot be used: " + std::strerror(error);
    }
    if (problem.empty())
        problem = "all spool files of this target are in use";
    return std::nullopt;
}

std::vector<SpoolFile> SpoolFile::takeOrphans(const std::string &folder, const std::string &name)
{
    std::vector<SpoolFile> orphans;
    for (int number = 0; number < mostFiles; ++number) {
        const std::string base = baseOf(folder, name, number);
        if (::access((base + ".lock").c_str(), F_OK) != 0)
            break; // numbers are taken from below
        if (::access((base + ".sqlite").c_str(), F_OK) != 0)
            continue;
        int error = 0;
        if (std::optional<SpoolFile> file = take(base, error))
            orphans.push_back(std::move(*file));
    }
    return orphans;
}

void SpoolFile::removeDatabase() const
{
    for (const char *ending : companions)
        ::unlink((path_ + ending).c_str());
}

std::string SpoolFile::moveAside() const
{
    const std::string aside = path_ + ".broken-" + std::to_string(std::time(nullptr));
    for (const char *ending : companions)
        ::rename((path_ + ending).c_str(), (aside + ending).c_str());
    return aside;
}

} // namespace ooto::spool
