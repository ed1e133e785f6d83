// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether an answer is about the face that was sent.
#pragma once

#include "core/asking/shot.h"
#include "core/traffic/answer.h"

namespace ooto::core
{

/**
 * True when the answer's box (without one, its landmarks) lies on the face that was photographed,
 * or when it does not say where its face is. Services box a whole head or only the features from
 * brow to mouth, hence the bounds:
 * its centre lies in the face's box grown by a quarter on each side, its size is within a factor of
 * three, and the two cover at least 0.4 of the smaller one together.
 */
bool isAboutFace(const Answer &answer, const Shot &shot);

} // namespace ooto::core
