// SPDX-License-Identifier: LGPL-2.1-or-later
// libsoup's own server on a thread of its own, for everything that is proper HTTP.
#pragma once

#include "core/base/guarded.h"
#include "http/network_thread.h"
#include "system/handles.h"

#include <libsoup/soup.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ooto::test
{

struct WebRequest {
    std::string method;
    std::string path;
    std::string query; ///< without the ?, empty when there is none
    std::map<std::string, std::string> headers;
    std::string body;
};

struct WebResponse {
    int status = 200;
    std::string body;
    std::map<std::string, std::string> headers;
};

class WebServer
{
public:
    /** Called on the server's thread. */
    using Handler = std::function<WebResponse(const WebRequest &)>;

    /**
     * Over https where a PEM file with certificate and key is given.
     * @param clientCaFile whose signature the certificates of clients need; empty: they need none
     */
    explicit WebServer(Handler handler, const std::string &certificateFile = {},
                       const std::string &clientCaFile = {});
    ~WebServer();

    std::string url(const std::string &host = "127.0.0.1") const;
    std::vector<WebRequest> requests() { return seen_.lock()->requests; }
    std::size_t connections() { return seen_.lock()->ports.size(); }

private:
    struct Seen {
        std::vector<WebRequest> requests;
        std::set<unsigned> ports; ///< the peers', one for each connection
    };
    void serve(SoupServerMessage *message);

    const Handler handler_;
    const bool tls_;
    unsigned port_ = 0;
    core::Guarded<Seen> seen_;
    system::ObjectHandle<SoupServer> server_; ///< server thread only
    http::NetworkThread thread_;
};

} // namespace ooto::test
