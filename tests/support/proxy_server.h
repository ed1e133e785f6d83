// SPDX-License-Identifier: LGPL-2.1-or-later
// Small proxies that may ask for credentials.
#pragma once

#include "core/base/guarded.h"
#include "support/raw_server.h"

#include <string>
#include <vector>

namespace ooto::test
{

/**
 * Forwards HTTP requests and opens tunnels. Goes to ports of 127.0.0.1 only, whatever host is asked
 * for.
 */
class ProxyServer
{
public:
    /** @param credentials "user:password" in base64, or empty for none */
    explicit ProxyServer(std::string credentials = {});

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    /** The first lines of all requests, such as "CONNECT localhost:443 HTTP/1.1". */
    std::vector<std::string> requests() { return *requests_.lock(); }
    /** How many of them came without the right credentials. */
    unsigned refused() { return *refused_.lock(); }

private:
    void serve(RawConnection &client);

    const std::string credentials_;
    core::Guarded<std::vector<std::string>> requests_;
    core::Guarded<unsigned> refused_{0U};
    RawServer server_; ///< last: its threads use what is above
};

/** SOCKS 5, for as much of it as GLib speaks. Goes to ports of 127.0.0.1 only as well. */
class SocksServer
{
public:
    /** @param credentials "user:password", or empty for none */
    explicit SocksServer(std::string credentials = {});

    std::string url() const { return "socks5://127.0.0.1:" + std::to_string(server_.port()); }
    unsigned connections() { return server_.connections(); }
    /** Those that came, as "user:password". */
    std::vector<std::string> credentials() { return *seen_.lock(); }

private:
    bool admits(RawConnection &client);
    void serve(RawConnection &client);

    const std::string credentials_;
    core::Guarded<std::vector<std::string>> seen_;
    RawServer server_; ///< last: its threads use what is above
};

} // namespace ooto::test
