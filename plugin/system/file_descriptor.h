// SPDX-License-Identifier: LGPL-2.1-or-later
// Owner of an open file.
#pragma once

#include <unistd.h>

#include <utility>

namespace ooto::system
{

class FileDescriptor
{
public:
    /** @param descriptor of open(); -1 for none */
    explicit FileDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor &&other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    FileDescriptor &operator=(FileDescriptor other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor()
    {
        if (descriptor_ >= 0)
            close(descriptor_);
    }

    int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_;
};

} // namespace ooto::system
