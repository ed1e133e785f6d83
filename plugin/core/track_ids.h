// SPDX-License-Identifier: LGPL-2.1-or-later
// Track ids, unique in the process, so that two elements in one pipeline never share one.
#pragma once

#include <cstdint>

namespace ooto::core
{

/** 1 .. INT32_MAX, as ids of GstVideoRegionOfInterestMeta are `gint` to those who read them. */
using TrackId = std::int32_t;

/** The next id; thread-safe. After two thousand million tracks it starts again at 1. */
TrackId nextTrackId();

} // namespace ooto::core
