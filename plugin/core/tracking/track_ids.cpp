// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/track_ids.h"

#include <atomic>

namespace ooto::core
{

TrackId nextTrackId()
{
    static std::atomic<std::uint64_t> given{0};
    return static_cast<TrackId>(given++ % INT32_MAX) + 1;
}

} // namespace ooto::core
