// SPDX-License-Identifier: LGPL-2.1-or-later
// `[publish NAME]`: one ootopublish.
#pragma once

#include "config/config.h"
#include "config/reading.h"

namespace ooto::watch
{

TargetConfig readPublishSection(const Section &section, Reading &reading);

} // namespace ooto::watch
