// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes a key file with mode 0600 from its first byte on.
#include "credentials_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <unistd.h>

namespace ooto::demo
{

LocalCredentials randomCredentials()
{
    constexpr char digits[] = "0123456789abcdef";
    std::random_device entropy; // the kernel's generator with GNU's library
    std::string key;
    for (int i = 0; i < 48; ++i)
        key += digits[entropy() & 0xf];
    return {"ooto-demo", key};
}

std::string writeCredentials(const LocalCredentials &credentials, const std::string &file)
{
    // A file of an earlier run may have other rights: it goes before the new one comes.
    ::unlink(file.c_str());
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    const std::string text =
        "[ooto]\napp-id=" + credentials.appId + "\napp-key=" + credentials.appKey + "\n";
    const bool written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) ==
                                                static_cast<ssize_t>(text.size());
    const std::string problem = written ? "" : std::strerror(errno);
    if (descriptor >= 0)
        ::close(descriptor);
    return written ? "" : "cannot write " + file + ": " + problem;
}

} // namespace ooto::demo
