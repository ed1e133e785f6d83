// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the files and says what is wrong with them.
#pragma once

#include "config/config.h"
#include "core/base/expected.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ooto::watch
{

/** The value of an environment variable; nothing where there is none. */
using Lookup = std::function<std::optional<std::string>(const std::string &name)>;

/**
 * Reads `file` and, after it, each `*.conf` of the folder `<file without .conf>.d`, by name.
 * Checks all that can be told without starting anything: groups, keys, values, references, who may
 * write the files, and each property by trying it on an element that is never started.
 *
 * Blocks on the file system. Needs gst_init() and the plugin.
 * @return all mistakes, in the order in which they stand in the files
 */
core::Expected<Config, std::vector<Mistake>> readConfig(const std::string &file,
                                                        const Lookup &environment);

} // namespace ooto::watch
