// SPDX-License-Identifier: LGPL-2.1-or-later
// A histogram as fields of a GstStructure, written and read.
#pragma once

#include "core/base/histogram.h"
#include "element/handles.h"

#include <cstdint>
#include <vector>

namespace ooto::metadata
{

/**
 * A structure with a uint64 `le-BOUND` for each bound (as `le-0.005`): how many values did not
 * exceed it, those of lower bounds with them; `count` (uint64) of all; `sum` (double) of all. Two
 * of the same bounds are added up field by field.
 */
element::StructureHandle histogramStructure(const core::Histogram &histogram);

/** What histogramStructure() wrote, maybe added up since. */
struct HistogramReading {
    struct Bucket {
        double bound = 0;
        std::uint64_t count = 0; ///< of values up to the bound
    };
    std::vector<Bucket> buckets; ///< ascending
    std::uint64_t count = 0;
    double sum = 0;
};

/** What is missing is 0. */
HistogramReading readHistogram(const GstStructure *structure);

} // namespace ooto::metadata
