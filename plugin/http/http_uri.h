// SPDX-License-Identifier: LGPL-2.1-or-later
// URLs, parsed the way libsoup parses them when it connects.
#pragma once

#include "system/handles.h"

#include <string>

namespace ooto::http
{

/** Null when the text is no absolute URL. */
inline system::UriHandle parseHttpUri(const std::string &text)
{
    // SOUP_HTTP_URI_FLAGS, which C++ does not take: an `or` of enumerators is an int there.
    constexpr auto flags = static_cast<GUriFlags>(
        G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY |
        G_URI_FLAGS_ENCODED_FRAGMENT | G_URI_FLAGS_SCHEME_NORMALIZE);
    return system::UriHandle(g_uri_parse(text.c_str(), flags, nullptr));
}

/** @param uri may be null */
inline bool isHttps(GUri *uri)
{
    return uri && g_strcmp0(g_uri_get_scheme(uri), "https") == 0;
}

/** True for localhost, 127.0.0.0/8 and ::1. Judges the text: a name's address could change. */
inline bool isLoopback(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return true;
    const system::ObjectHandle<GInetAddress> address(g_inet_address_new_from_string(host));
    return address && g_inet_address_get_is_loopback(address.get());
}

} // namespace ooto::http
