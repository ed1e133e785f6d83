// SPDX-License-Identifier: LGPL-2.1-or-later
// Where labels and notices go: inside the frame and, where there is room, off the faces.
#pragma once

#include "core/base/box.h"

#include <vector>

namespace ooto::overlay
{

/** Where something was put. The slot is to be handed in again for the next frame. */
struct Placement {
    core::Box box;
    int slot = -1;
    double overText = 0; ///< share of it that lies on what was placed before, 0..1 and more
};

/**
 * Plain geometry in pixels, made anew for each frame. What was placed before is in the way of
 * what comes after. Each thing first tries the slot that it had in the last frame, so that it does
 * not jump about while its old place is still good.
 */
class LabelPlacer
{
public:
    /** `gap` is what is left free between a face's box and its label, and to the frame's edge. */
    LabelPlacer(const core::Box &frame, std::vector<core::Box> faces, double gap);

    /** Above the face, else below, else beside, else inside its box; always inside the frame. */
    Placement placeLabel(std::size_t faceIndex, double width, double height, int lastSlot);
    /** A corner, else the middle of the upper or lower edge, whichever covers least of the faces.
     */
    Placement placeNotice(double width, double height, int lastSlot);

private:
    Placement best(std::vector<core::Box> slots, int lastSlot);
    core::Box clamped(core::Box box) const;
    double covered(const core::Box &box) const;
    double overText(const core::Box &box) const;

    core::Box frame_;
    std::vector<core::Box> faces_;
    std::vector<core::Box> placed_;
    double gap_;
};

} // namespace ooto::overlay
