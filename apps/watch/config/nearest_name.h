// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody may have meant who mistyped a name.
#pragma once

#include <string>
#include <vector>

namespace ooto::watch
{

/** The known name that is the fewest typing errors away; empty when none is near. */
std::string nearestName(const std::string &typed, const std::vector<std::string> &known);

/** "; is `NAME` meant?", or nothing. */
std::string meantName(const std::string &typed, const std::vector<std::string> &known);

} // namespace ooto::watch
