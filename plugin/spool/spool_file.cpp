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

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ooto::spool
{

namespace
{

constexpr int mostFiles = 1000;
constexpr std::array companions{"", "-wal", "-shm", "-journal"};

// linux/magic.h and the man page of statfs(2): SQLite's log needs locks that these do not keep
// between machines. What is behind FUSE and 9p nobody can tell.
constexpr std::array<unsigned, 8> networkFileSystems{
    0x6969,     // NFS
    0x517B,     // SMB
    0xFF534D42, // CIFS
    0xFE534D42, // SMB 2
    0x65735546, // FUSE: sshfs, virtiofs and others
    0x01021997, // 9p
    0x00C36400, // Ceph
    0x5346414F, // AFS
};

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
    if (isNetworkFileSystem(static_cast<unsigned>(system.f_type)))
        return shown + "is on a network file system, or on one that may be (FUSE, 9p), where a "
                       "database is not safe; name one on a disk of this machine";
    return {};
}

bool isNetworkFileSystem(unsigned type)
{
    return std::find(networkFileSystems.begin(), networkFileSystems.end(), type) !=
           networkFileSystems.end();
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

} // namespace ooto::spool
