// SPDX-License-Identifier: LGPL-2.1-or-later
// The colours of a person's hair, face and clothes.
#pragma once

#include "core/base/box.h"
#include "core/base/image.h"
#include "core/tracking/appearance.h"

#include <optional>

namespace ooto::vision
{

/**
 * What the owner of a face looks like. A zone of which too little is in the image is all zero.
 * Takes 15 to 25 us on one core, however large the face is.
 *
 * @param image BGR; the small one that faces are detected in will do
 * @param face  pixels of the image; may reach beyond it
 * @return nothing where no zone is in the image
 */
std::optional<core::Appearance> appearanceOf(const core::ImageView &image, const core::Box &face);

} // namespace ooto::vision
