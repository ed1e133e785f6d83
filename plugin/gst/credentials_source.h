// SPDX-License-Identifier: LGPL-2.1-or-later
// The credentials in force, read again when their file changes.
#pragma once

#include "service/credentials.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace ooto::gst
{

/** Thread-bound: one caller at a time. */
class CredentialsSource
{
public:
    CredentialsSource(service::Credentials given, std::string file);

    /** Reads anew. @return an empty string, or what is wrong, for people */
    std::string load();
    /**
     * Looks at most once a second whether the file changed.
     * @param refused read it in any case: the service does not take what it had
     * @return true when the key changed
     */
    bool refresh(bool refused = false);
    /** Another key or file was set. @return true when the key in force changed */
    bool replace(service::Credentials given, std::string file);

    const service::Credentials &current() const { return current_; }

private:
    struct FileState {
        std::filesystem::file_time_type modified{};
        std::uintmax_t size = 0;
        bool operator==(const FileState &) const = default;
    };
    std::optional<FileState> fileState() const;
    bool loadChanged();

    service::Credentials given_;
    std::string file_;
    service::Credentials current_;
    std::optional<FileState> loaded_;
    std::chrono::steady_clock::time_point nextLook_{};
};

} // namespace ooto::gst
