// SPDX-License-Identifier: LGPL-2.1-or-later
// openssl's TLS 1.3 server: it lets sessions be resumed, which libsoup's own does not.
#pragma once

#include "core/base/guarded.h"
#include "system/handles.h"

#include <gio/gio.h>

#include <string>
#include <thread>
#include <vector>

namespace ooto::test
{

/** Answers every request with matchBody, and then closes the connection: it serves one at a time.
 */
class TicketServer
{
public:
    /**
     * Starts it, and returns when it takes connections.
     * @param certificateFile a PEM file with certificate and key
     */
    explicit TicketServer(const std::string &certificateFile);
    ~TicketServer();

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/identify"; }
    /** What came over TLS, head and body of one request each. */
    std::vector<std::string> requests() { return *requests_.lock(); }

private:
    void serve();

    const unsigned port_;
    system::ObjectHandle<GSubprocess> process_;
    core::Guarded<std::vector<std::string>> requests_;
    std::thread thread_;
};

} // namespace ooto::test
