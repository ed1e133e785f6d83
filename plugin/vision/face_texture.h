// SPDX-License-Identifier: LGPL-2.1-or-later
// The texture of one face, made comparable: the same part of a face in the same place.
#pragma once

#include "core/box.h"
#include "core/face_texture.h"
#include "vision/image.h"

#include <memory>
#include <optional>

namespace ooto::vision
{

/** How much of the image a texture needs around the face, as a share of the longer side of its box
 * on each side. */
inline constexpr double textureMargin = 0.4;
/** Longer side in px of a face in the image that is enough; more pixels tell no more. */
inline constexpr int textureFacePx = 160;

/**
 * How a face is textured: local binary patterns of 8 neighbours at two radii, of the face at one
 * size, each cell's histogram by itself.
 *
 * With landmarks the face is turned and scaled to where every other one lies. Without, it is looked
 * at in boxes beside its own, since a detector's box is never twice in the same place.
 *
 * @param image     BGR, or grey as BGR; the face with textureMargin around it will do
 * @param face      pixels of the image
 * @param landmarks pixels of the image
 * @return null where nothing can be told: too small, mostly outside of the image, one even colour,
 *         landmarks that are no face's, OpenCV failed
 */
core::FaceTexturePtr faceTextureOf(const ImageView &image, const core::Box &face,
                                   const std::optional<core::Landmarks> &landmarks);

} // namespace ooto::vision
