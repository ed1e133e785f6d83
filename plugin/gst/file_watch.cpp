// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/file_watch.h"

namespace ooto::gst
{

bool FileWatch::changed()
{
    const auto now = std::chrono::steady_clock::now();
    if (path_.empty() || now < nextLook_)
        return false;
    nextLook_ = now + std::chrono::seconds(1);
    return !wasNoted_ || look() != state_;
}

std::optional<std::uintmax_t> FileWatch::noted()
{
    wasNoted_ = true;
    state_ = look();
    return state_ ? std::optional(state_->size) : std::nullopt;
}

std::optional<FileWatch::FileState> FileWatch::look() const
{
    std::error_code error;
    FileState state;
    state.modified = std::filesystem::last_write_time(path_, error);
    if (!error)
        state.size = std::filesystem::file_size(path_, error);
    return error ? std::nullopt : std::optional(state);
}

} // namespace ooto::gst
