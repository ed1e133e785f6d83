// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/state_file.h"

#include "system/file_descriptor.h"

#include <glib.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace ooto::watch
{

namespace
{

std::string problem(const std::string &path, int error)
{
    return path + ": " + g_strerror(error);
}

/** @return 0 or errno */
int writeThrough(int descriptor, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t written = write(descriptor, content.data(), content.size());
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return errno;
    }
    // Some disks are full only now.
    return fsync(descriptor) == 0 ? 0 : errno;
}

/** The name's change is on the disk only when the directory is. */
void syncDirectory(const std::string &path)
{
    const system::FileDescriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory)
        fsync(directory.get());
}

} // namespace

std::string stateDirectory()
{
    return std::filesystem::path(g_get_user_state_dir()) / "ooto";
}

std::string replaceFile(const std::string &path, std::string_view content)
{
    const std::string directory = std::filesystem::path(path).parent_path();
    if (g_mkdir_with_parents(directory.c_str(), 0700) != 0)
        return problem(directory, errno);
    const std::string fresh = path + ".new";
    // Whatever lies there is of a write that did not end, or a link that somebody laid.
    unlink(fresh.c_str());
    int error = 0;
    {
        const system::FileDescriptor file(
            open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        error = file ? writeThrough(file.get(), content) : errno;
    }
    if (error == 0 && rename(fresh.c_str(), path.c_str()) != 0)
        error = errno;
    if (error != 0) {
        unlink(fresh.c_str());
        return problem(path, error);
    }
    syncDirectory(directory);
    return {};
}

} // namespace ooto::watch
