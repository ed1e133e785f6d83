// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/shared_state_uri.h"

#include "http/http_uri.h"
#include "service/endpoint.h"
#include "system/plain_text.h"

#include <charconv>
#include <cstring>
#include <string_view>

namespace ooto::service
{

namespace
{

constexpr const char *form = "it is written redis://[user@]host[:port][/database]";
constexpr unsigned largestDatabase = 65535;

/** @return false where the path names no database */
bool readDatabase(const char *path, unsigned &database)
{
    std::string_view rest = path ? path : "";
    if (rest.empty() || rest == "/")
        return true;
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), database);
    return error == std::errc() && end == rest.data() + rest.size() && database <= largestDatabase;
}

std::string takeParts(GUri *uri, SharedStateUri &into)
{
    const char *user = g_uri_get_user(uri);
    if (g_uri_get_password(uri) || (user && std::strchr(user, ':')))
        return "A password in a uri is seen by everyone who sees a list of processes; take it out "
               "of `shared-state`, and set it in `credentials-file`, group [shared-state], line "
               "password=…, or in OOTO_SHARED_STATE_PASSWORD.";
    into.server.userId = user ? user : "";
    const char *host = g_uri_get_host(uri);
    into.server.host = host ? host : "";
    if (into.server.host.empty())
        return "The uri of `shared-state` names no host; " + std::string(form) + ".";
    if (g_uri_get_port(uri) > 0)
        into.server.port = static_cast<std::uint16_t>(g_uri_get_port(uri));
    if (!readDatabase(g_uri_get_path(uri), into.server.database))
        return "The uri of `shared-state` names no database that there can be; it is a number, as "
               "in redis://host/1.";
    if (g_uri_get_query(uri) || g_uri_get_fragment(uri))
        return "The uri of `shared-state` has no ? and no #; " + std::string(form) + ".";
    return {};
}

} // namespace

core::Expected<SharedStateUri, std::string> parseSharedStateUri(const std::string &uri)
{
    const system::UriHandle parsed = http::parseHttpUri(uri);
    const std::string scheme = parsed ? g_uri_get_scheme(parsed.get()) : "";
    if (scheme != "redis" && scheme != "rediss")
        return "`shared-state` is no uri of a Redis server; " + std::string(form) + ".";
    SharedStateUri found;
    found.server.tls = scheme == "rediss";
    const std::string problem = takeParts(parsed.get(), found);
    if (!problem.empty())
        return problem;
    if (!redis::isBuiltIn())
        return std::string("This build knows no `shared-state`: it was built without hiredis.");
    if (found.server.tls && !redis::hasTls())
        return std::string(
            "This build cannot encrypt the connection to `shared-state`: that takes hiredis 1.0 "
            "with its TLS library (Debian 13). Run stunnel on this machine and name it by "
            "redis://127.0.0.1:port.");
    const std::string &host = found.server.host;
    found.shown = scheme + "://" +
                  system::plainText(host.find(':') == std::string::npos ? host : "[" + host + "]") +
                  ":" + std::to_string(found.server.port);
    return found;
}

std::string checkSharedState(const std::string &uri, bool hasPassword)
{
    const auto parsed = parseSharedStateUri(uri);
    if (!parsed)
        return parsed.error();
    if (!(*parsed).server.userId.empty() && !hasPassword)
        return "`shared-state` names a user, and there is no password: set it in "
               "`credentials-file`, group [shared-state], line password=…, or in "
               "OOTO_SHARED_STATE_PASSWORD.";
    return {};
}

std::string shownSharedState(const std::string &uri)
{
    const system::UriHandle parsed = http::parseHttpUri(uri);
    const char *user = parsed ? g_uri_get_user(parsed.get()) : nullptr;
    const char *host = parsed ? g_uri_get_host(parsed.get()) : nullptr;
    const bool isPlain = host && *host && !g_uri_get_password(parsed.get()) &&
                         !(user && std::strchr(user, ':')) &&
                         !std::strchr(g_uri_get_path(parsed.get()), '@');
    // What is no uri may be one with a slip of the pen, and a password in it.
    if (isPlain || uri.find('@') == std::string::npos)
        return uri;
    return std::string(parsed ? g_uri_get_scheme(parsed.get()) : "redis") + "://" +
           system::plainText(host ? host : "", 80);
}

} // namespace ooto::service
