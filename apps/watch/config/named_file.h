// SPDX-License-Identifier: LGPL-2.1-or-later
// Files that values name: whether they are there, and who may read them.
#pragma once

#include "config/findings.h"
#include "config/sections.h"

namespace ooto::watch
{

/** Tells what is wrong with the file that a key such as `credentials-file` names. */
void checkNamedFile(const Entry &entry, Findings &findings);

} // namespace ooto::watch
