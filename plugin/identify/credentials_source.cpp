// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/credentials_source.h"

namespace ooto::identify
{

namespace
{

constexpr std::chrono::seconds whileItIsWritten{1};

} // namespace

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

bool CredentialsSource::refresh(bool refused, std::string &problem)
{
    const auto now = Clock::now();
    const bool readAnyway = refused && !file_.path().empty();
    const bool again = !problem_.empty() && !told_ && now >= tellAt_;
    if (!readAnyway && !again && !file_.lookForChange())
        return false;
    // A file that is being written may not be readable just now: the old key stays in force, and
    // nothing is said unless it is the same a little later.
    const system::Secret before = current_.appKey;
    reload(now + whileItIsWritten, problem);
    return !(current_.appKey == before);
}

void CredentialsSource::replace(service::Credentials given, std::string file, std::string &problem)
{
    given_ = std::move(given);
    file_ = system::FileWatch(std::move(file));
    problem_.clear();
    reload(Clock::now(), problem);
}

void CredentialsSource::reload(Clock::time_point tellAt, std::string &problem)
{
    std::string found = load();
    if (found != problem_) {
        problem_ = std::move(found);
        told_ = false;
        tellAt_ = tellAt;
    }
    if (problem_.empty() || told_ || Clock::now() < tellAt_)
        return;
    told_ = true;
    problem = problem_;
}

} // namespace ooto::identify
