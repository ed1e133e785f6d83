// SPDX-License-Identifier: LGPL-2.1-or-later
// What the element says of itself: the message `ooto-publish`, and `stats`.
#pragma once

#include "element/handles.h"
#include "publish/target.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ooto::publish
{

/** Counters since the target was opened; shared by the elements that share it. */
struct Statistics {
    std::uint64_t events = 0;       ///< that came and passed the filters
    std::uint64_t sent = 0;         ///< attempts
    std::uint64_t acknowledged = 0; ///< events that the target took
    std::uint64_t retries = 0;      ///< attempts with an event that was tried before
    std::uint64_t rejected = 0;     ///< events that the target never takes
    std::uint64_t expired = 0;      ///< events older than `max-age`
    std::uint64_t dropped = 0;      ///< events that the queue or the spool had no place for
    std::uint64_t photosDropped = 0;
    std::uint64_t eventsLost = 0; ///< that ootoidentify made and that did not come here
    std::uint64_t spooled = 0;    ///< events that wait now
    std::uint64_t spoolBytes = 0;
    std::optional<std::chrono::milliseconds> oldest; ///< how long the oldest of them waits
    unsigned inFlight = 0;
    bool connected = false;
    std::optional<double> rttMs;
};

element::StructureHandle statisticsStructure(const Statistics &statistics);

/** Something became known of the target. */
struct StateReport {
    std::string uri; ///< scheme and host only
    TargetState state;
    std::chrono::system_clock::time_point since;
    std::uint64_t queued = 0;
};

/** The structure `ooto-publish`. */
element::StructureHandle stateStructure(const StateReport &report);

} // namespace ooto::publish
