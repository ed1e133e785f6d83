// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a file has changed since it was read.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ooto::gst
{

/** Thread-bound: one caller at a time. */
class FileWatch
{
public:
    explicit FileWatch(std::string path = {}) : path_(std::move(path)) {}

    const std::string &path() const { return path_; }
    /**
     * Whether the file is another one than at the last noted(), or was never noted. Looks at most
     * once a second and is false in between, and where there is no path.
     */
    bool changed();
    /** The file is about to be read. @return its size in bytes; nothing when it is not there */
    std::optional<std::uintmax_t> noted();

private:
    struct FileState {
        std::filesystem::file_time_type modified{};
        std::uintmax_t size = 0;
        bool operator==(const FileState &) const = default;
    };
    std::optional<FileState> look() const;

    std::string path_;
    bool wasNoted_ = false;
    std::optional<FileState> state_; ///< when it was noted
    std::chrono::steady_clock::time_point nextLook_{};
};

} // namespace ooto::gst
