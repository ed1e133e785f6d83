// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/regular_file.h"

#include "system/plain_text.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace ooto::system
{

namespace
{

constexpr std::size_t chunkBytes = 65536;
constexpr std::size_t kibibyte = 1024;
constexpr std::size_t mebibyte = kibibyte * kibibyte;

std::string unreadable()
{
    return "cannot be read (" + plainText(g_strerror(errno)) + ")";
}

const char *kindOf(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

} // namespace

RegularFile::RegularFile(const std::string &path)
    // Without O_NONBLOCK the open of a FIFO waits until somebody writes to it; O_NOCTTY, since even
    // a look at a terminal could make it the process's own.
    : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
{
    struct stat status {
    };
    if (!file_ || fstat(file_.get(), &status) != 0) {
        problem_ = unreadable();
        return;
    }
    mode_ = status.st_mode;
    if (!S_ISREG(mode_))
        problem_ = std::string("is ") + kindOf(mode_) + ", no regular file";
    else
        size_ = static_cast<std::size_t>(status.st_size);
}

std::optional<std::size_t> RegularFile::read(std::span<char> buffer)
{
    if (!problem_.empty())
        return std::nullopt;
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const ssize_t got = ::read(file_.get(), buffer.data() + filled, buffer.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            problem_ = unreadable();
            return std::nullopt;
        }
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

std::optional<std::string> readRegularFile(const std::string &path, std::size_t maxBytes,
                                           std::string &problem)
{
    RegularFile file(path);
    // Files of /proc say that they are empty, and others grow: what counts is what is read.
    bool more = file.size() <= maxBytes;
    std::string content;
    while (more) {
        const std::size_t before = content.size();
        content.resize(before + chunkBytes);
        const auto got = file.read(std::span(content).subspan(before));
        if (!got) {
            problem = file.problem();
            return std::nullopt;
        }
        content.resize(before + *got);
        if (*got < chunkBytes && content.size() <= maxBytes)
            return content;
        more = content.size() <= maxBytes;
    }
    problem = tooLarge(maxBytes);
    return std::nullopt;
}

std::string tooLarge(std::size_t maxBytes)
{
    const bool large = maxBytes >= mebibyte;
    return "is larger than " + std::to_string(maxBytes / (large ? mebibyte : kibibyte)) +
           (large ? " MiB" : " KiB");
}

} // namespace ooto::system
