// SPDX-License-Identifier: LGPL-2.1-or-later
// By way of whom the service is asked.
#pragma once

#include "http/http_settings.h"
#include "system/handles.h"

#include <string>
#include <vector>

namespace ooto::http
{

/**
 * Checks the property `proxy`: empty, or a host with a port, or an http, https or socks URL of one.
 * Unless `allowHttp`, plain http goes to this machine only, and so to a proxy on it only.
 * @param cargo what goes to `endpoint`, for the text: "faces and the key"
 * @return an empty string when it may be used, else a text that says what to set
 */
std::string checkProxy(const std::string &proxy, const std::string &endpoint, bool allowHttp,
                       const char *cargo);

/** By way of whom one service is asked. */
struct ProxyRoute {
    /** Null where neither settings nor environment say: then GLib asks the desktop, if any. */
    system::ObjectHandle<GProxyResolver> resolver;
    std::string host;                ///< the proxy's, fit to be shown; empty where none is known
    std::string setting = "`proxy`"; ///< what names it, or could
    bool http = false;               ///< libsoup itself talks to it; to others GLib does
    /**
     * The header `Proxy-Authorization`, for an http proxy only: whatever else goes through any
     * other, the service itself would get it. It goes there unasked: libsoup, left to answer a 407
     * by itself, asks again with a password that was refused until it gives up.
     */
    system::Secret authorization;
    /** Its password in the spellings it sees, where it could put them into the service's answers.
     */
    std::vector<system::Secret> secrets;
};

/**
 * The proxy of the settings; else, unless the endpoint is on this machine, that of the environment
 * (`https_proxy` or `http_proxy` after the endpoint, `all_proxy`, `no_proxy`; in capitals, too,
 * but for `http_proxy`, which a CGI request could set). Its credentials are `proxy-id` and
 * `proxy-pw`, else what the environment's URL holds.
 */
ProxyRoute findProxy(const HttpSettings &settings);

} // namespace ooto::http
