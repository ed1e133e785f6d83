// SPDX-License-Identifier: LGPL-2.1-or-later
// One JSON line per request, and the photos, where the command line asks for them.
#pragma once

#include "received_request.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace ooto::server
{

/** Thread-bound. */
class RequestLog
{
public:
    /**
     * @param logFile     appended to; empty: none
     * @param photoFolder must exist; empty: photos are not kept
     * @return a text for people when something cannot be written
     */
    std::string open(const std::string &logFile, const std::string &photoFolder);
    /** Never writes credentials. */
    void write(const ReceivedRequest &request);

private:
    std::ofstream log_;
    std::filesystem::path photoFolder_;
};

} // namespace ooto::server
