// SPDX-License-Identifier: LGPL-2.1-or-later
// From pixels to the bytes of a photo file, with no metadata in it.
#pragma once

#include "core/base/box.h"
#include "core/base/image.h"

#include <cstdint>
#include <vector>

namespace ooto::vision
{

enum class PhotoFormat { Jpeg, Png };

/**
 * Paints `neighbours` over with grey, so that the photo shows one face, but leaves every pixel of
 * `keep` as it is. All boxes are in pixels of the image and may reach beyond it.
 */
void paintOver(core::Image &image, const std::vector<core::Box> &neighbours, const core::Box &keep);

/**
 * @param jpegQuality 1..100, for Jpeg only
 * @return the file's bytes; empty when a side is beyond the format's, or memory is short
 */
std::vector<std::uint8_t> encodePhoto(const core::ImageView &image, PhotoFormat format,
                                      int jpegQuality);

} // namespace ooto::vision
