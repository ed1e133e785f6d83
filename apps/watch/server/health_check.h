// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks a running program whether it lives, for `--health`.
#pragma once

#include <chrono>
#include <string>

namespace ooto::watch
{

/**
 * Asks /healthz, for as long as said at most.
 * @param listen HOST:PORT of the running program's file
 * @return why it is not well; empty: it is
 */
std::string checkHealth(const std::string &listen,
                        std::chrono::milliseconds timeout = std::chrono::seconds(5));

} // namespace ooto::watch
