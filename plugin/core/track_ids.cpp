// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/track_ids.h"

#include <atomic>

namespace ooto::core
{

TrackId nextTrackId()
{
    static std::atomic<std::uint32_t> given{0};
    return static_cast<TrackId>(given.fetch_add(1, std::memory_order_relaxed) % INT32_MAX) + 1;
}

} // namespace ooto::core
