// SPDX-License-Identifier: LGPL-2.1-or-later
// The outline of a face's box: a coloured line between two dark ones, as thin strips of pixels.
#pragma once

#include "overlay/handles.h"
#include "overlay/text.h"

#include <vector>

namespace ooto::overlay
{

/** In pixels of the frame; horizontal and vertical lines differ where pixels are not square. */
struct LineStyle {
    int lineX = 2, lineY = 2; ///< of the coloured line
    int edgeX = 1, edgeY = 1; ///< of the dark line on each side, for bright backgrounds
    bool operator==(const LineStyle &) const = default;
};

/** Outer borders of an outline in pixels; right and bottom are the first pixels outside. */
struct OutlineBorders {
    int left = 0, top = 0, right = 0, bottom = 0;
};

/** The outline whose coloured line runs along the box, moved inside the frame where it is not. */
OutlineBorders outlineBorders(const core::Box &box, const core::Box &frame, const LineStyle &style);

/** Four strips, fewer when there is no room for four; full surfaces would cost their area. */
void appendOutline(const OutlineBorders &borders, const LineStyle &style, Colour colour,
                   std::vector<RectangleHandle> &to);

} // namespace ooto::overlay
