// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/credentials_source.h"

namespace ooto::gst
{

CredentialsSource::CredentialsSource(service::Credentials given, std::string file)
    : given_(std::move(given)), file_(std::move(file))
{
}

std::string CredentialsSource::load()
{
    loaded_ = fileState();
    service::CredentialsResult found = service::findCredentials(given_, file_);
    if (found.error.empty())
        current_ = std::move(found.credentials);
    return found.error;
}

bool CredentialsSource::refresh(bool refused)
{
    const auto now = std::chrono::steady_clock::now();
    if (file_.empty() || (now < nextLook_ && !refused))
        return false;
    nextLook_ = now + std::chrono::seconds(1);
    return (refused || fileState() != loaded_) && loadChanged();
}

bool CredentialsSource::replace(service::Credentials given, std::string file)
{
    given_ = std::move(given);
    file_ = std::move(file);
    return loadChanged();
}

bool CredentialsSource::loadChanged()
{
    // A file that is being written may not be readable just now: the old key stays in force.
    const service::Secret before = current_.appKey;
    load();
    return !(current_.appKey == before);
}

std::optional<CredentialsSource::FileState> CredentialsSource::fileState() const
{
    std::error_code error;
    FileState state;
    state.modified = std::filesystem::last_write_time(file_, error);
    if (!error)
        state.size = std::filesystem::file_size(file_, error);
    return error ? std::nullopt : std::optional(state);
}

} // namespace ooto::gst
