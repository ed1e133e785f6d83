// SPDX-License-Identifier: LGPL-2.1-or-later
// What the identify service says about one photo, after everything doubtful was left out.
#pragma once

#include "core/base/box.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ooto::core
{

/** A score or value with the service's own verdict. `fine` is what to act on, not the score. */
struct Judgement {
    std::optional<double> score;
    std::optional<bool> fine;

    bool operator==(const Judgement &) const = default;
};

/** The quality measures that the service documents, by the names it gives them. */
inline constexpr std::array<std::string_view, 12> qualityNames = {
    "uniformity",  "exposure", "contrast",      "flare",          "blur",   "occlusion",
    "macroblocks", "emotion",  "leftEyeClosed", "rightEyeClosed", "crfiqa", "distortion"};

/**
 * The facts of one answer. An absent field was not said, or said in a form that cannot be true
 * (wrong type, not finite, out of range, an overlong string, control characters).
 */
struct Answer {
    std::optional<std::string> transactionId; ///< at most 256 bytes, UTF-8
    std::optional<std::string> templateId;    ///< trimmed, never empty; absent when nobody matched
    std::optional<double> similarity;         ///< cosine, -1..1
    std::optional<Box> box;                   ///< pixels of the posted photo
    std::optional<Landmarks> landmarks;       ///< pixels of the posted photo
    std::optional<Judgement> liveness;
    std::optional<Judgement> deepfake;
    std::array<std::optional<Judgement>, qualityNames.size()> quality; ///< order of qualityNames
    std::optional<double> pitch;                                       ///< degrees
    std::optional<double> yaw;                                         ///< degrees
    std::optional<double> roll;                                        ///< degrees
    std::optional<std::string> gender;
    std::optional<std::string> race;
    std::optional<int> age; ///< years, 0..150
};

} // namespace ooto::core
