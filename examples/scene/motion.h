// SPDX-License-Identifier: LGPL-2.1-or-later
// From keyframes to a place at any time.
#pragma once

#include "script.h"

#include <optional>

namespace ooto::scene
{

/**
 * Where the visit has the face at `timeS`; nothing before its first and after its last keyframe.
 * Between keyframes the motion is smooth and never goes beyond them (see motion.cpp).
 */
std::optional<Keyframe> placeAt(const Visit &visit, double timeS);

} // namespace ooto::scene
