// SPDX-License-Identifier: LGPL-2.1-or-later
// The words that are drawn beside a face, and its colour.
#pragma once

#include "overlay/scene.h"

namespace ooto::overlay
{

/** Opaque colours as 0xAARRGGBB. */
using Colour = std::uint32_t;

constexpr Colour white = 0xFFFFFFFF;
/** From the palette of Okabe and Ito (2008), made to be told apart by colour-blind people. */
constexpr Colour orange = 0xFFE69F00, skyBlue = 0xFF56B4E9, bluishGreen = 0xFF009E73,
                 yellow = 0xFFF0E442, vermillion = 0xFFD55E00, reddishPurple = 0xFFCC79A7;

struct LabelText {
    std::string text;  ///< who or what; may be ellipsized to fit
    std::string facts; ///< short, drawn after it in full: similarity, liveness

    bool empty() const { return text.empty() && facts.empty(); }
    bool operator==(const LabelText &) const = default;
};

/** Empty for a face about which there is nothing to say. */
LabelText labelText(const OverlayFace &face);
/** White where nobody has said anything about the face. */
Colour statusColour(std::optional<core::Status> status);
Colour serviceColour(const std::string &serviceState);

} // namespace ooto::overlay
