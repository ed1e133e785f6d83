// SPDX-License-Identifier: LGPL-2.1-or-later
// What a detector saw in one sample.
#pragma once

#include "core/appearance.h"
#include "core/box.h"

#include <cstdint>
#include <optional>

namespace ooto::core
{

/** One face of one sample; box and landmarks in 0..1 of the frame. */
struct Observation {
    Box box;
    double score = 0;
    std::optional<Landmarks> landmarks;
    std::optional<Appearance> appearance;
    /** Below the detection threshold: goes on with a track that is there, begins none. */
    bool weak = false;
    /** The number that whoever found the face follows it by; two numbers are two people. */
    std::optional<std::uint64_t> objectId;
};

} // namespace ooto::core
