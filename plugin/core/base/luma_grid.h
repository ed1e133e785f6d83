// SPDX-License-Identifier: LGPL-2.1-or-later
// How bright a frame is, on a grid so coarse that looking at it costs next to nothing.
#pragma once

#include <cstddef>
#include <vector>

namespace ooto::core
{

/** Means of the luma in equal cells, row by row. */
struct LumaGrid {
    int columns = 0;
    int rows = 0;
    std::vector<float> luma; ///< 0..255, columns * rows of them

    bool empty() const { return luma.empty(); }
    bool fits(const LumaGrid &other) const
    {
        return columns == other.columns && rows == other.rows && luma.size() == other.luma.size();
    }
};

} // namespace ooto::core
