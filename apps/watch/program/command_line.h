// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/base/expected.h"

#include <string>

namespace ooto::watch
{

struct CommandLine {
    std::string config = "/etc/ooto/watch.conf";
    bool check = false;
    bool health = false;
    bool version = false;
};

/**
 * Reads the arguments of main(); `--help` is answered at once and ends the program.
 * @return a text for people where they cannot be understood
 */
core::Expected<CommandLine, std::string> readCommandLine(int argc, char **argv);

} // namespace ooto::watch
