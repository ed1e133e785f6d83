// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the files that people name, whatever the name stands for.
#pragma once

#include "system/file_descriptor.h"

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ooto::system
{

/**
 * A file that was opened for reading, if it is a regular one. Neither opening nor reading waits for
 * the other end of a FIFO, or for a device. Problems are texts for people that go on after the
 * file's name: "is a directory, no regular file".
 */
class RegularFile
{
public:
    explicit RegularFile(const std::string &path);

    /** Empty: it is open, and all reads were well. */
    const std::string &problem() const { return problem_; }
    mode_t mode() const { return mode_; }
    /** What there is, up to the buffer's size. @return nothing, and a problem, when that failed */
    std::optional<std::size_t> read(std::span<char> buffer);

    /** Its size when it was opened, bytes. */
    std::size_t size() const { return size_; }

private:
    FileDescriptor file_;
    mode_t mode_ = 0;
    std::size_t size_ = 0;
    std::string problem_;
};

/** The whole file. @return nothing, and a problem, where it cannot be read or is larger */
std::optional<std::string> readRegularFile(const std::string &path, std::size_t maxBytes,
                                           std::string &problem);

/** "is larger than 64 KiB" */
std::string tooLarge(std::size_t maxBytes);

} // namespace ooto::system
