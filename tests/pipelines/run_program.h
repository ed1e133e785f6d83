// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a program to its end and keeps what it said.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ooto::test
{

struct ProgramResult {
    int exitCode = -1; ///< -1 when it did not start or was ended by a signal
    std::string output;
    std::string errors;
};

/** One variable of the environment; an empty value removes it. */
using Variable = std::pair<std::string, std::string>;

ProgramResult runProgram(const std::vector<std::string> &arguments,
                         const std::vector<Variable> &environment = {});

/** The build's plugin, no account but a made-up one, and no service but a closed loopback port. */
std::vector<Variable> harmlessEnvironment();

} // namespace ooto::test
