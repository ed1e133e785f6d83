// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture as a JPEG file, by libjpeg-turbo.
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <vector>

namespace ooto::vision
{

/**
 * Baseline, with half the colour resolution (4:2:0), and with no metadata.
 *
 * @param quality 1..100
 * @return the file's bytes; empty when a side is beyond 65500 px, or memory is short
 * @throws std::bad_alloc
 */
std::vector<std::uint8_t> encodeJpeg(const core::ImageView &image, int quality);

} // namespace ooto::vision
