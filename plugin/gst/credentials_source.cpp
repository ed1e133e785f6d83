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
    file_.noted();
    service::CredentialsResult found = service::findCredentials(given_, file_.path());
    if (found.error.empty())
        current_ = std::move(found.credentials);
    return found.error;
}

bool CredentialsSource::refresh(bool refused)
{
    const bool readAnyway = refused && !file_.path().empty();
    return (readAnyway || file_.changed()) && loadChanged();
}

bool CredentialsSource::replace(service::Credentials given, std::string file)
{
    given_ = std::move(given);
    file_ = FileWatch(std::move(file));
    return loadChanged();
}

bool CredentialsSource::loadChanged()
{
    // A file that is being written may not be readable just now: the old key stays in force.
    const service::Secret before = current_.appKey;
    load();
    return !(current_.appKey == before);
}

} // namespace ooto::gst
