// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a video that is tagged to be shown turned seems to come as it lies in the file.
#pragma once

#include "core/base/frame_times.h"

#include <optional>

namespace ooto::core
{

/**
 * Detectors find upright faces only, and a phone's video lies on its side until an element turns
 * it as its tag says. That element may leave the tag (videoflip 1.22 does), so that only the lack
 * of faces tells. Not thread-safe.
 */
class OrientationWatch
{
public:
    /** Samples without a face for so long are told of, unless faces were found before. */
    static constexpr std::chrono::seconds patience{10};

    /** @param turned the tag asks for anything but showing the picture as it is */
    void noteTag(bool turned);
    /** A sample was looked at. @return true once: people should be told now */
    bool noteSample(StreamTime now, bool anyFace);
    /** Another stream. */
    void reset() { *this = {}; }

private:
    bool turned_ = false;
    bool told_ = false;
    unsigned withFace_ = 0; ///< samples
    std::optional<StreamTime> since_;
    unsigned samples_ = 0; ///< without a face since then
};

} // namespace ooto::core
