// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/file_watch.h"

#include <glib/gstdio.h>

namespace ooto::system
{

bool FileWatch::lookForChange()
{
    const auto now = std::chrono::steady_clock::now();
    if (path_.empty() || now < nextLook_)
        return false;
    nextLook_ = now + std::chrono::seconds(1);
    return !wasNoted_ || look() != state_;
}

void FileWatch::noted()
{
    wasNoted_ = true;
    state_ = look();
}

std::optional<FileWatch::FileState> FileWatch::look() const
{
    GStatBuf found;
    if (g_stat(path_.c_str(), &found) != 0)
        return std::nullopt;
    return FileState{found.st_dev, found.st_ino, found.st_ctim.tv_sec, found.st_ctim.tv_nsec,
                     static_cast<std::uintmax_t>(found.st_size)};
}

} // namespace ooto::system
