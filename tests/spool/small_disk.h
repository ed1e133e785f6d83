// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk that is soon full.
#pragma once

#include "support/scratch_directory.h"

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ooto::test
{

/** A file system of 512 KiB, where that is allowed. */
class SmallDisk
{
public:
    SmallDisk()
    {
        mounted_ = ::mount("tmpfs", scratch_.path().c_str(), "tmpfs", 0, "size=512k") == 0;
    }
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;
    ~SmallDisk()
    {
        if (mounted_)
            ::umount2(scratch_.path().c_str(), MNT_DETACH);
    }

    bool isMounted() const { return mounted_; }
    const std::string &path() const { return scratch_.path(); }
    void fill() const
    {
        std::ofstream file(path() + "/filler", std::ios::binary);
        const std::string block(4096, 'x');
        while (file.write(block.data(), std::streamsize(block.size())).flush()) {
        }
    }
    void empty() const { std::filesystem::remove(path() + "/filler"); }

private:
    ScratchDirectory scratch_;
    bool mounted_ = false;
};

} // namespace ooto::test
