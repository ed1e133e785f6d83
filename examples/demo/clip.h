// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the demo's clip: a synthetic scene as a video file.
#pragma once

#include "scene/script.h"

#include <string>

namespace ooto::demo
{

constexpr int kClipFramesPerSecond = 25;

/**
 * Renders the script in 1080p25 to an MP4 file; the file is there in whole or not at all.
 * @return empty, or a text for people that says what went wrong
 */
std::string makeClip(const scene::Script &script, const std::string &file);

/** Whether there is such a clip that is not older than this program, whose script it plays. */
bool isFresh(const std::string &file);

} // namespace ooto::demo
