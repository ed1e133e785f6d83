// SPDX-License-Identifier: LGPL-2.1-or-later
// A photo of a face on its way from being wished for to being sent.
#pragma once

#include "core/asking/face.h"
#include "core/asking/photo_plan.h"

namespace ooto::core
{

/** A face of the last sample of which a photo may be wanted, and what it should look like. */
struct ShotWish {
    TrackId trackId = 0;
    std::size_t observation = 0; ///< which of the sample's
    double marginFactor = 1;     ///< times the usual margin
    /** The photo's longer side at most, px; none but the usual limit where there is nothing. */
    std::optional<int> longestPx{};
};

/** An encoded photo, and where it is from. */
struct Shot {
    FrameTimes times; ///< of the frame it is from
    Box face;         ///< where the face was, 0..1 of that frame
    FrameShape frame;
    PhotoPlan plan;
    ShotQuality quality;
    PhotoBytes bytes;
    bool png = false;           ///< else JPEG
    PhotoBytes frameBytes;      ///< JPEG of the whole frame, where somebody asked for it
    bool again = false;         ///< was sent before, and could not be delivered
    bool askedLiveness = false; ///< is asked for with this photo; set when it is taken to be sent
    bool askedDeepfake = false; ///< likewise

    /** Shorter side of the face, px of the frame. */
    double facePx() const { return scaled(face, frame.width, frame.height).shorterSide(); }
};

} // namespace ooto::core
