// SPDX-License-Identifier: LGPL-2.1-or-later
// By way of whom the service is asked.
#pragma once

#include "service/client.h"
#include "service/handles.h"

#include <string>

namespace ooto::service
{

/**
 * Checks the property `proxy`: empty, or a host with a port, or an http, https or socks URL of one.
 * @return an empty string when it may be used, else a text that says what to set
 */
std::string checkProxy(const std::string &proxy);

/**
 * The proxy of the settings; else, unless the endpoint is on this machine, that of the environment
 * (`https_proxy` or `http_proxy` after the endpoint, `all_proxy`, `no_proxy`; in capitals, too,
 * but for `http_proxy`, which a CGI request could set). Null where neither says anything: then
 * GLib asks the desktop, if there is one.
 */
ObjectHandle<GProxyResolver> makeProxyResolver(const ConnectionSettings &settings);

/**
 * The header `Proxy-Authorization` for `proxy-id` and `proxy-pw`, empty when it is not to be sent.
 * It goes to the proxy unasked: libsoup, left to answer a 407 by itself, asks again with a password
 * that was refused until it gives up.
 */
Secret proxyAuthorization(const ConnectionSettings &settings);

} // namespace ooto::service
