// SPDX-License-Identifier: LGPL-2.1-or-later
// The local identify server as a child process.
#pragma once

#include "credentials_file.h"
#include "handles.h"

#include <string>

namespace ooto::demo
{

struct IdentifyServerOptions {
    std::string program;
    std::string gallery;    ///< folder of photographs; a file's stem is its template id
    std::string enrolFirst; ///< names the first good face of each run so; empty: nobody
    std::string logFile;    ///< where its stderr goes
    LocalCredentials credentials;
};

/**
 * Ends with its owner: it is told to stop and waited for in the destructor, and killed with this
 * process. *Thread-bound* to the thread of the default main context.
 */
class IdentifyServerProcess
{
public:
    IdentifyServerProcess() = default;
    IdentifyServerProcess(const IdentifyServerProcess &) = delete;
    IdentifyServerProcess &operator=(const IdentifyServerProcess &) = delete;
    ~IdentifyServerProcess();

    /**
     * Starts it on a free loopback port and waits until it listens.
     * @return empty, or a text for people that says what went wrong
     */
    std::string start(const IdentifyServerOptions &options);

    /** Where photos go; empty until it listens. */
    const std::string &endpoint() const { return endpoint_; }

private:
    ObjectHandle<GSubprocess> process_;
    ObjectHandle<GDataInputStream> output_; ///< kept, or the server's next line would end it
    std::string endpoint_;
};

/** The server's program as the build leaves it beside this one, or OOTO_IDENTIFY_SERVER. */
std::string findIdentifyServer();

} // namespace ooto::demo
