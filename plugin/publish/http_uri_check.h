// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a webhook's address may be used, and how it is shown: without its path.
#pragma once

#include <string>

namespace ooto::publish
{

/**
 * Checks an address that events are to be sent to: absolute, http or https, with a host, without
 * user info and fragment; plain http goes to this machine only, unless `allowHttp`.
 * @return an empty string when it may be used, else a text for people that says what to set
 */
std::string checkHttpUri(const std::string &uri, bool allowHttp);

/**
 * `https://example.com`: scheme and host only, since the path of a webhook often is its secret.
 * @return "the receiver" when it is no such address
 */
std::string shownHttpUri(const std::string &uri);

/** `https://example.com:8443/`: what two addresses share that are served by one server. */
std::string originOf(const std::string &uri);

/**
 * The address with another path, percent-encoded where it has to be.
 * @param path may have a query; without one that of the uri stays
 */
std::string withPath(const std::string &uri, const std::string &path);

} // namespace ooto::publish
