// SPDX-License-Identifier: LGPL-2.1-or-later
// nghttpx in front of a server: what libsoup's own server cannot do properly, HTTP/2.
#pragma once

#include "support/scratch_directory.h"
#include "system/handles.h"

#include <gio/gio.h>

#include <string>
#include <vector>

namespace ooto::test
{

class Http2Proxy
{
public:
    /** True when the program is installed. */
    static bool installed();

    /**
     * Starts it, and returns when it takes connections.
     * @param certificateFile a PEM file with certificate and key
     * @param server where it passes requests on to, as `http://127.0.0.1:8080/identify`
     */
    Http2Proxy(const std::string &certificateFile, const std::string &server);
    ~Http2Proxy();

    std::string url() const;
    /** How many connections of this process to it are open. */
    unsigned openConnections() const;
    /** One line for each finished request: the client's port, its protocol, the status. */
    std::vector<std::string> log() const;
    /** Ends it at once, and with it all connections. */
    void kill();

private:
    bool accepts() const;

    ScratchDirectory directory_;
    unsigned port_ = 0;
    system::ObjectHandle<GSubprocess> process_;
};

} // namespace ooto::test
