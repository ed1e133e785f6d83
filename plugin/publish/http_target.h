// SPDX-License-Identifier: LGPL-2.1-or-later
// A webhook: each event is one request.
#pragma once

#include "http/network_thread.h"
#include "publish/credentials.h"
#include "publish/target.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ooto::publish
{

struct HttpTargetSettings {
    std::string uri; ///< absolute, http or https, without user info; with its path and query
    bool sslStrict = true;
    std::string sslCaFile;
    std::string sslCertFile; ///< a client certificate, PEM
    std::string sslKeyFile;  ///< empty: the key is in the certificate's file
    std::vector<std::pair<std::string, std::string>> extraHeaders; ///< values are never logged
    std::chrono::milliseconds timeout{15000};
    bool signs = true;      ///< with the credentials' secrets, where there are any
    bool allowHttp = false; ///< also for the credentials' uri, which nobody has checked before
    std::string userAgent;  ///< one line; empty: "ooto"
};

/**
 * Checks what can be checked at the start: the files of certificates, and the extra headers; not
 * the uri, which may be in the credentials (see checkHttpUri()). Reads files.
 * @return an empty string when all is well, else a text for people that says what to set
 */
std::string checkHttpTarget(const HttpTargetSettings &settings);

/**
 * Four requests at once, one a camera. Redirects are not followed. The uri's path, its query and
 * the credentials are in no text. Reads the files of certificates, here and once: a file that
 * cannot be used is what each attempt then ends with.
 * @param thread      the publisher's own, on which all calls come
 * @param credentials asked before each request
 */
std::unique_ptr<Target> makeHttpTarget(HttpTargetSettings settings, http::NetworkThread &thread,
                                       std::function<Credentials()> credentials);

} // namespace ooto::publish
