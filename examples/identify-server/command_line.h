// SPDX-License-Identifier: LGPL-2.1-or-later
// The options of the program.
#pragma once

#include "server.h"

#include <string>

namespace ooto::server
{

/** What the command line says; `error` is a text for people when it is wrong. */
struct CommandLine {
    ServerOptions options;
    std::string error;
};

/** Prints the help and exits for `--help`. */
CommandLine readCommandLine(int argc, char **argv);

} // namespace ooto::server
