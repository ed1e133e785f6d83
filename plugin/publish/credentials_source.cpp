// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/credentials_source.h"

#include "publish/target_uri.h"
#include "system/credentials_file.h"

#include <cstdlib>
#include <utility>

namespace ooto::publish
{

namespace
{

constexpr const char *commonGroup = "publish";
constexpr const char *form =
    "it should read: [publish], then lines as uri=…, user=…, password=…, token=…, secret=…";

void splitSecrets(const system::Secret &list, std::vector<system::Secret> &into)
{
    std::string_view rest = list.reveal();
    while (!rest.empty()) {
        const std::size_t end = rest.find_first_of(" ,;");
        if (end != 0)
            into.emplace_back(rest.substr(0, end));
        if (end == std::string_view::npos)
            return;
        rest.remove_prefix(end + 1);
    }
}

} // namespace

CredentialsSource::CredentialsSource(const Settings &settings)
    : givenUri_(settings.uri),
      givenUser_(settings.userId),
      givenPassword_(settings.userPassword),
      file_(settings.credentialsFile)
{
}

bool CredentialsSource::set(const Settings &settings)
{
    if (settings.userId == givenUser_ && settings.userPassword == givenPassword_ &&
        settings.credentialsFile == file_.path())
        return false;
    givenUser_ = settings.userId;
    givenPassword_ = settings.userPassword;
    if (settings.credentialsFile != file_.path())
        file_ = system::FileWatch(settings.credentialsFile);
    return true;
}

bool CredentialsSource::refresh(std::string &problem)
{
    if (!file_.lookForChange())
        return false;
    problem = load();
    return true;
}

std::string CredentialsSource::uri() const
{
    return givenUri_.empty() ? current_.uri : givenUri_;
}

std::string CredentialsSource::load()
{
    Credentials found;
    file_.noted();
    if (!file_.path().empty()) {
        std::string problem = readFile(found);
        if (!problem.empty())
            return problem;
    }
    // That of the file is for an element that names none; it may be another one's.
    if (!givenUri_.empty())
        found.uri.clear();
    const auto environment = [](const char *name) {
        const char *value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (!givenUser_.empty())
        found.userId = givenUser_;
    else if (found.userId.empty())
        found.userId = environment("OOTO_PUBLISH_USER");
    if (!givenPassword_.empty())
        found.password = givenPassword_;
    else if (found.password.empty())
        found.password = system::Secret(environment("OOTO_PUBLISH_PASSWORD"));
    current_ = std::move(found);
    return {};
}

std::string CredentialsSource::readFile(Credentials &into)
{
    std::string problem;
    system::CredentialsFile file(file_.path(), form);
    if (!file.load(problem))
        return problem;
    const auto target = parseTargetUri(givenUri_);
    const std::string own = target ? std::string(commonGroup) + " " + (*target).host : "";
    if (!file.hasGroup(commonGroup) && (own.empty() || !file.hasGroup(own)))
        return file.name() + "has no group [publish]; " + form;
    const auto value = [&](const char *key) {
        std::optional<system::Secret> found;
        if (!own.empty())
            found = file.value(own, key, problem);
        if (!found && problem.empty() && (own.empty() || !file.hasGroup(own)))
            found = file.value(commonGroup, key, problem);
        return found.value_or(system::Secret());
    };
    into.uri = value("uri").reveal();
    into.userId = value("user").reveal();
    into.password = value("password");
    into.token = value("token");
    splitSecrets(value("secret"), into.secrets);
    return problem;
}

} // namespace ooto::publish
