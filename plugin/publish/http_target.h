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
    bool signs = true; ///< with the credentials' secrets, where there are any
};

/**
 * @param thread      the publisher's own, on which all calls come
 * @param credentials asked before each request
 */
std::unique_ptr<Target> makeHttpTarget(HttpTargetSettings settings, http::NetworkThread &thread,
                                       std::function<Credentials()> credentials);

} // namespace ooto::publish
