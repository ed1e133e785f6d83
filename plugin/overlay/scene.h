// SPDX-License-Identifier: LGPL-2.1-or-later
// What a buffer's metadata says about the faces in it, as plain values for drawing.
#pragma once

#include "core/asking/face.h"

#include <gst/video/video.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ooto::overlay
{

struct OverlayFace {
    core::Box box;                      ///< in pixels of the whole frame, may reach beyond it
    std::optional<core::Status> status; ///< none: nobody has said anything about the face
    std::uint64_t trackId = 0;          ///< 0 when unknown
    std::string name;                   ///< or an ROI's label
    std::string templateId;
    std::string reason;
    std::optional<double> similarity; ///< 0..1
    std::optional<bool> livenessFine;
    std::optional<bool> deepfakeFine;

    bool operator==(const OverlayFace &) const = default;
};

/** All strings are valid UTF-8 on one line, at most 300 characters long. */
struct OverlayScene {
    core::Box visible; ///< the part of the frame that people see, in pixels of the whole frame
    std::vector<OverlayFace> faces;
    std::string serviceState; ///< empty when the service is fine or nothing is known
    std::string serviceReason;
    std::string notice;

    bool operator==(const OverlayScene &) const = default;
};

/** What metadata::readFaces() reads. `info` gives the frame's size where no crop meta does. */
OverlayScene readOverlayScene(GstBuffer *buffer, const GstVideoInfo &info);

} // namespace ooto::overlay
