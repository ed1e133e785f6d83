// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture as a PNG file, by libpng.
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <vector>

namespace ooto::vision
{

/**
 * Packed for speed rather than for size, and with no metadata.
 *
 * @return the file's bytes; empty when a side is beyond 1000000 px, or memory is short
 */
std::vector<std::uint8_t> encodePng(const core::ImageView &image);

} // namespace ooto::vision
