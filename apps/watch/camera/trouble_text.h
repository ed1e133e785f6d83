// SPDX-License-Identifier: LGPL-2.1-or-later
// What elements complain of, in words for people and without secrets.
#pragma once

#include "config/config.h"

#include <gst/gst.h>

#include <string>

namespace ooto::watch
{

/** The text as one plain line; of uris only scheme and host, and nothing of `userPw`. */
std::string withoutSecrets(const std::string &text, const CameraConfig &config);

/** What is known about a failure beside its message. */
struct TroubleScene {
    bool isSource = false;    ///< an element that brings the camera's pictures has it
    bool sawNoVideo = false;  ///< the camera offers something, and no video
    std::string missingCodec; ///< what has no decoder here, if that is it
};

/**
 * Of an error or warning message. Never has an element's debug text in it, which for rtspsrc and
 * souphttpsrc is a uri with all that is in it.
 */
std::string troubleText(GstMessage *message, const CameraConfig &config, const TroubleScene &scene);

} // namespace ooto::watch
