// SPDX-License-Identifier: LGPL-2.1-or-later
// `[watch]`: what the program itself serves and logs.
#pragma once

#include "config/config.h"
#include "config/reading.h"

namespace ooto::watch
{

std::vector<std::string> watchKeys();

/** @param section null: it is nowhere */
ServerConfig readWatchSection(const Section *section, Reading &reading);

} // namespace ooto::watch
