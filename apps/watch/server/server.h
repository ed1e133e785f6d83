// SPDX-License-Identifier: LGPL-2.1-or-later
// What can be asked over HTTP: /metrics, /healthz, /readyz, /status, and the switch of each camera.
#pragma once

#include "core/base/expected.h"
#include "server/allowed_hosts.h"
#include "server/connections.h"
#include "server/controls.h"
#include "server/tokens.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::watch
{

struct ServerOptions {
    std::string listen;                    ///< HOST:PORT
    std::vector<std::string> allowedHosts; ///< beside localhost and addresses
    Tokens tokens;                         ///< of those who may switch cameras
    ConnectionLimits limits;
};

/**
 * On a thread of its own: a slow client holds up nobody else, and no camera. Everything but the
 * switch is for everyone who reaches the address, as no person's name is in it.
 */
class Server
{
public:
    /**
     * @param controls outlives it
     * @return the server, or which address does not work and why
     */
    static core::Expected<std::unique_ptr<Server>, std::string> open(const ServerOptions &options,
                                                                     Controls &controls);
    /** Ends all connections. */
    ~Server();

    /** Where it listens, as `127.0.0.1:9464`. */
    const std::string &address() const;

private:
    class Implementation;
    explicit Server(std::unique_ptr<Implementation> implementation);

    std::unique_ptr<Implementation> implementation_;
};

} // namespace ooto::watch
