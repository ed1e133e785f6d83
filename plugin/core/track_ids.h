// SPDX-License-Identifier: LGPL-2.1-or-later
// Track ids, unique in the process, so that two elements in one pipeline never share one.
#pragma once

#include <cstdint>

namespace ooto::core
{

/** 1 .. INT32_MAX, as ids of GstVideoRegionOfInterestMeta are `gint` to those who read them. */
using TrackId = std::int32_t;

/**
 * Where a stream takes its ids from. All sources that are alive count together; the count starts
 * at 1 when there is none, so that the same file played again gets the same ids. Thread-safe.
 */
class TrackIdSource
{
public:
    TrackIdSource();
    ~TrackIdSource();
    TrackIdSource(const TrackIdSource &) = delete;
    TrackIdSource &operator=(const TrackIdSource &) = delete;

    /** After two thousand million tracks it starts again at 1. */
    TrackId next();
};

} // namespace ooto::core
