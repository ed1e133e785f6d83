// SPDX-License-Identifier: LGPL-2.1-or-later
// Track ids, unique in the process: also of streams that run one after the other.
#pragma once

#include <cstdint>

namespace ooto::core
{

/** 1 .. INT32_MAX, as ids of GstVideoRegionOfInterestMeta are `gint` to those who read them. */
using TrackId = std::int32_t;

/**
 * The next number. A stream that is started again goes on counting, so that an application that
 * joins by the number takes no stranger for the person before. After two thousand million tracks it
 * starts again at 1. Thread-safe.
 */
TrackId nextTrackId();

} // namespace ooto::core
