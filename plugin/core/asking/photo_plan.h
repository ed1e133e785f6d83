// SPDX-License-Identifier: LGPL-2.1-or-later
// Which part of a frame becomes a photo, how large, and how to get from its pixels back.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_shape.h"

#include <vector>

namespace ooto::core
{

/** A part of the frame, and the size in square pixels that it is scaled to. */
struct PhotoPlan {
    PixelRect source; ///< frame pixels, inside the frame
    PixelSize photo;  ///< photo pixels, square

    /** From photo pixels to 0..1 of the frame. */
    Point toFrame(const Point &inPhoto, const FrameShape &frame) const;
    Box toFrame(const Box &inPhoto, const FrameShape &frame) const;
    /** From 0..1 of the frame to photo pixels. */
    Box toPhoto(const Box &inFrame, const FrameShape &frame) const;
};

/**
 * @param face     0..1 of the frame
 * @param margin   share of the face's width and height that is added on each side
 * @param longest  the photo's longer side at most, px
 */
PhotoPlan planPhoto(const Box &face, const FrameShape &frame, double margin, int longest);

/**
 * The widest margin up to `wanted` whose crop does not reach into any of `others` beyond what the
 * usual margin shows; `wanted` itself where that is not the wider one.
 *
 * @param others boxes of other faces, 0..1 of the frame
 */
double marginClearOf(const std::vector<Box> &others, const Box &face, const FrameShape &frame,
                     double usual, double wanted);

/**
 * True when the face (0..1 of the frame) may reach beyond the frame: its box is less than 4 % of
 * its own size (or less than 2 px) away from an edge. Detectors fit the box of a face that is cut
 * off to the part that they see, so a box that just meets the edge is cut off too.
 */
bool touchesEdge(const Box &face, const FrameShape &frame);

/** From this size on faces are tracked: two thirds of what is worth a photo, px of the frame. */
double trackedFacePx(double minFacePx);

/**
 * The size in square pixels at which a detector should look at the frame: scaled down so far that
 * a face of two thirds of `minFacePx` still is `detectorFacePx`, but to no less than 320 px and
 * no more than 1280 px on the longer side, and never scaled up.
 *
 * @param minFacePx      shorter side of the smallest face worth a photo, frame px
 * @param detectorFacePx shorter side of the smallest face that the detector finds reliably, px
 */
PixelSize detectionSize(const FrameShape &frame, double minFacePx, double detectorFacePx);

} // namespace ooto::core
