// SPDX-License-Identifier: LGPL-2.1-or-later
// Small files of the program's own, in its state directory.
#pragma once

#include <string>
#include <string_view>

namespace ooto::watch
{

/** `$XDG_STATE_HOME/ooto`, else below `~/.local/state`. */
std::string stateDirectory();

/**
 * Replaces a file as a whole, so that it is the old or the new one whenever the power goes: mode
 * 0600, written through to the disk. Makes its directory (0700) where there is none.
 * @return what went wrong, for people; empty: it is there
 */
std::string replaceFile(const std::string &path, std::string_view content);

} // namespace ooto::watch
