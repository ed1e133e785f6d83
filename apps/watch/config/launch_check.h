// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether gst-launch understands a line, without starting what it describes.
#pragma once

#include "config/expanded_value.h"

#include <optional>
#include <string>

namespace ooto::watch
{

enum class LaunchEnd {
    Source, ///< something has to come out of it
    Tail,   ///< something has to go in, and nothing come out
};

/** @return what is wrong, for people, never with an expanded value; nothing: it can be built */
std::optional<std::string> wrongInLaunch(const ExpandedValue &line, LaunchEnd end);

} // namespace ooto::watch
