// SPDX-License-Identifier: LGPL-2.1-or-later
// Where photos may go.
#pragma once

#include <string>

namespace ooto::service
{

/** The vendor's documented service. */
inline constexpr const char *defaultEndpoint = "https://cloud.ooto-ai.com/api/v1.0/identify";

/**
 * Checks that `endpoint` is an absolute http or https URL without user info, query or fragment;
 * plain http only to loopback (localhost, 127.0.0.0/8, ::1) unless `allowHttp`.
 * @return an empty string when it may be used, else a text that says what to set
 */
std::string checkEndpoint(const std::string &endpoint, bool allowHttp);

/** Checks the proxy by way of which `endpoint` is asked, as http::checkProxy(). */
std::string checkProxy(const std::string &proxy, const std::string &endpoint, bool allowHttp);

/**
 * Checks the uri of `shared-state`: parseSharedStateUri() tells its form.
 * @return an empty string when it may be used, else a text that says what to set
 */
std::string checkSharedState(const std::string &uri, bool hasPassword);

/** The uri of `shared-state` as anybody may read it: one with a password is shown without. */
std::string shownSharedState(const std::string &uri);

} // namespace ooto::service
