// SPDX-License-Identifier: LGPL-2.1-or-later
// Recordings that outlive a restart.
#pragma once

#include <gst/gst.h>

namespace ooto::watch
{

/**
 * Has each splitmuxsink in `bin` whose `location` has a date in it (`%Y`, `%F` or `%s`) name its
 * files by the time at which they begin, as `strftime` would; folders that are missing are made,
 * for their owner only. splitmuxsink alone counts, and from 0 again in each pipeline that is built:
 * it would write over what is there. Where a file of that name is there, a number follows.
 *
 * Call it before `bin` plays. `max-files` does not go with it.
 */
void nameRecordings(GstBin *bin);

} // namespace ooto::watch
