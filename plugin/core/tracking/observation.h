// SPDX-License-Identifier: LGPL-2.1-or-later
// What a detector saw in one sample.
#pragma once

#include "core/base/box.h"
#include "core/tracking/appearance.h"
#include "core/tracking/face_texture.h"

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
    FaceTexturePtr texture; ///< null where the face could not be looked at so closely
    /** Below the detection threshold: goes on with a track that is there, begins none. */
    bool weak = false;
    /** The number that the element upstream follows the face by; two numbers are two people. */
    std::optional<std::uint64_t> objectId;
};

/** What the whole picture did since the sample before. */
struct PictureChange {
    bool another = false; ///< a cut: everybody who was in view is gone
    /** Whether what is seen goes on from there is not known: time jumped, or the picture froze. */
    bool gap = false;
    Point shift{};    ///< how far its contents moved, 0..1 of the frame; zero where not known
    double light = 0; ///< mean luma, 0..255; 0 where not known
};

} // namespace ooto::core
