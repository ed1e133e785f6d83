// SPDX-License-Identifier: LGPL-2.1-or-later
// The shape of a frame, and whole pixels in it.
#pragma once

namespace ooto::core
{

/** The visible picture of a frame. */
struct FrameShape {
    int width = 0;  ///< px
    int height = 0; ///< px
    int parN = 1;   ///< pixel aspect ratio: a pixel is parN wide and parD high
    int parD = 1;
};

/** Whole pixels. */
struct PixelSize {
    int width = 0;
    int height = 0;
};

struct PixelRect {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
};

} // namespace ooto::core
