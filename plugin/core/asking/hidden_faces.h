// SPDX-License-Identifier: LGPL-2.1-or-later
// Which faces of a frame are not shown, since another face lies on them.
#pragma once

#include "core/base/box.h"

#include <string>
#include <vector>

namespace ooto::core
{

/** A face where its track is expected in this frame. */
struct PlacedFace {
    Box box;                           ///< 0..1 of the frame
    bool missed = false;               ///< by the last sample
    const std::string *name = nullptr; ///< the template that it is identified as; null without one
};

/**
 * Of two faces that lie on one another the one that the last sample missed is hidden. Where both
 * were found or both were missed it is the smaller one, which is farther away: its name would lie
 * on the other's face. A missed face is hidden as well where its template is seen elsewhere.
 *
 * @return for each face whether it is hidden
 */
std::vector<bool> hiddenFaces(const std::vector<PlacedFace> &faces);

} // namespace ooto::core
