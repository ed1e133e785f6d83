// SPDX-License-Identifier: LGPL-2.1-or-later
// How the skin, eyes and mouth of one face are textured: tells two people apart for seconds.
#pragma once

#include "core/base/luma_grid.h"

#include <memory>
#include <vector>

namespace ooto::core
{

/**
 * Local binary patterns of a face, as vectors of unit length. No number of it means anything by
 * itself: two are compared. Kept in memory while the face may come back, and never written or sent.
 */
struct FaceTexture {
    using Vector = std::vector<float>;

    /** Eyes, nose and mouth lie at the same places as in every other one that is aligned. */
    bool aligned = false;
    /** One where it is aligned. Else the first is of the box as it was found, the others are of
     * boxes beside it. */
    std::vector<Vector> variants;
};

/** Shared by all that keep it; null where a face could not be looked at. */
using FaceTexturePtr = std::shared_ptr<const FaceTexture>;

/**
 * How alike two faces are, 0..1; 1 is the same picture. The best of the new one's variants against
 * the known one's first. 0 where either is empty or they are of different length.
 */
double textureSimilarity(const FaceTexture &known, const FaceTexture &seen);

/**
 * The same of a whole picture that is taken for one face: what it shows in its cells, without how
 * bright it is. Null where it is one even grey.
 */
FaceTexturePtr textureOfPicture(const LumaGrid &picture);

} // namespace ooto::core
