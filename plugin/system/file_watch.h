// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a file has changed since it was read.
#pragma once

#include <glib.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::system
{

/**
 * Asks the file itself instead of a GFileMonitor, which hears nothing of a network file system, nor
 * of a container's secret whose file is a link to a link that is replaced.
 * Thread-bound: one caller at a time.
 */
class FileWatch
{
public:
    explicit FileWatch(std::string path = {}) : path_(std::move(path)) {}

    const std::string &path() const { return path_; }
    /**
     * Whether the file is another one than at the last noted(), or was never noted. Looks at most
     * once a second and is false in between, and where there is no path.
     */
    bool lookForChange();
    /** The file is about to be read. */
    void noted();

private:
    /** Of the file behind all links; the time of change cannot be set, as that of modification can.
     */
    struct FileState {
        guint64 device = 0;
        guint64 inode = 0;
        gint64 changedS = 0;
        gint64 changedNs = 0;
        std::uintmax_t size = 0;
        bool operator==(const FileState &) const = default;
    };
    std::optional<FileState> look() const;

    std::string path_;
    bool wasNoted_ = false;
    std::optional<FileState> state_; ///< when it was noted
    std::chrono::steady_clock::time_point nextLook_{};
};

} // namespace ooto::system
