// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/camera_uri.h"

#include "http/host_list.h"
#include "http/http_uri.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace ooto::watch
{

namespace
{

using Text = std::optional<std::string>;

struct Scheme {
    std::string_view name;
    bool hasHost; ///< else a path
};
constexpr std::array cameraSchemes{Scheme{"rtsp", true},  Scheme{"rtsps", true},
                                   Scheme{"http", true},  Scheme{"https", true},
                                   Scheme{"file", false}, Scheme{"v4l2", false}};
constexpr std::array targetSchemes{
    Scheme{"file", false}, Scheme{"unix", false}, Scheme{"tcp", true},
    Scheme{"mqtt", true},  Scheme{"mqtts", true}, Scheme{"http", true},
    Scheme{"https", true}, Scheme{"kafka", true}, Scheme{"kafkas", true}};

template<typename Schemes>
std::string listOf(const Schemes &schemes)
{
    std::string list;
    for (const Scheme &scheme : schemes)
        list += (list.empty() ? "" : ", ") + std::string(scheme.name) +
                (scheme.hasHost ? "://HOST/…" : ":///PATH");
    return list;
}

template<typename Schemes>
const Scheme *find(const Schemes &schemes, std::string_view name)
{
    const auto found = std::find_if(schemes.begin(), schemes.end(),
                                    [&](const Scheme &scheme) { return scheme.name == name; });
    return found == schemes.end() ? nullptr : &*found;
}

Text wrongInPlace(GUri *uri, const Scheme &scheme)
{
    const char *host = g_uri_get_host(uri);
    const bool named = host && *host;
    if (scheme.hasHost)
        return named && g_uri_get_port(uri) != 0 ? std::nullopt : Text("names no host or port");
    if (named && std::strcmp(host, "localhost") != 0)
        return "takes three slashes before the path: " + std::string(scheme.name) + ":///PATH";
    const std::string_view path = g_uri_get_path(uri);
    return path.size() > 1 && path.front() == '/' ? std::nullopt : Text("names no file or device");
}

template<typename Schemes>
Text wrongIn(const std::string &text, const Schemes &schemes, system::UriHandle &uri)
{
    const std::string list = "takes " + listOf(schemes);
    if (!system::isPlainText(text) || text.find(' ') != std::string::npos)
        return "has spaces or control characters; write %20 for a space";
    uri = http::parseHttpUri(text);
    if (!uri)
        return "is no uri; it " + list;
    const Scheme *scheme = find(schemes, g_uri_get_scheme(uri.get()));
    if (!scheme)
        return "has a scheme that is not known here; it " + list;
    return wrongInPlace(uri.get(), *scheme);
}

bool hasPassword(GUri *uri)
{
    // A colon that is written %3A makes none the less a password of what follows.
    const char *user = g_uri_get_user(uri);
    return g_uri_get_password(uri) || (user && std::strchr(user, ':'));
}

} // namespace

Text wrongInCameraUri(const std::string &text)
{
    system::UriHandle uri;
    if (auto wrong = wrongIn(text, cameraSchemes, uri))
        return wrong;
    if (hasPassword(uri.get()))
        return "has a password in it; set user-id and user-pw instead";
    if (g_uri_get_userinfo(uri.get()))
        return "has a user in it; set user-id instead";
    if (!fileOfUri(text) && std::strcmp(g_uri_get_scheme(uri.get()), "file") == 0)
        return "names no file that can be; write % as %25";
    return std::nullopt;
}

Text wrongInTargetUri(const std::string &text)
{
    system::UriHandle uri;
    // Of a cluster each broker, the first one last: the rest is as it says.
    std::vector<std::string> each =
        text.starts_with("kafka") ? http::uriPerHost(text) : std::vector<std::string>{text};
    std::reverse(each.begin(), each.end());
    for (const std::string &one : each) {
        if (auto wrong = wrongIn(one, targetSchemes, uri))
            return wrong;
    }
    if (hasPassword(uri.get()))
        return "has a password in it; set user-id and user-pw, or credentials-file, instead";
    const std::string_view scheme = g_uri_get_scheme(uri.get());
    const bool broker = scheme.starts_with("mqtt") || scheme.starts_with("kafka");
    if (g_uri_get_userinfo(uri.get()) && !broker)
        return "has a user in it; set user-id instead";
    if (std::strcmp(g_uri_get_scheme(uri.get()), "tcp") == 0 && g_uri_get_port(uri.get()) < 0)
        return "names no port: tcp://HOST:PORT";
    return std::nullopt;
}

std::optional<std::string> fileOfUri(const std::string &uri)
{
    const system::CharsHandle path(g_filename_from_uri(uri.c_str(), nullptr, nullptr));
    if (!path)
        return std::nullopt;
    return std::string(path.get());
}

} // namespace ooto::watch
