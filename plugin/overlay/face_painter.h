// SPDX-License-Identifier: LGPL-2.1-or-later
// Turns what is known about a frame's faces into a GstVideoOverlayComposition.
#pragma once

#include "overlay/box_outline.h"
#include "overlay/label_placement.h"
#include "overlay/plate_renderer.h"

#include <optional>
#include <unordered_map>

namespace ooto::overlay
{

/** What people choose; see the element's properties. */
struct OverlaySettings {
    bool drawLabels = true;
    bool drawNotices = true;
    double lineWidthPx = 0; ///< 0: by the frame's size
    double textScale = 1.0;
    bool operator==(const OverlaySettings &) const = default;
};

/** Used by one thread at a time; keeps drawn text from frame to frame. */
class FacePainter
{
public:
    bool canWrite() const { return plates_.hasFonts(); }

    /**
     * @param pixelAspect a pixel's width by its height
     * @return null when there is nothing to draw; else valid until the next call
     */
    GstVideoOverlayComposition *paint(const OverlayScene &scene, const OverlaySettings &settings,
                                      double pixelAspect);

private:
    struct Input {
        OverlayScene scene;
        OverlaySettings settings;
        double pixelAspect;
        bool operator==(const Input &) const = default;
    };

    void draw(const Input &input);
    void drawNotices(const Input &input, const TextStyle &style, LabelPlacer &placer);
    void drawLabels(const Input &input, const TextStyle &style, LabelPlacer &placer);
    void appendPlate(const Plate &plate, double x, double y);

    PlateRenderer plates_;
    std::vector<RectangleHandle> rectangles_;
    CompositionHandle composition_;
    std::optional<Input> last_; ///< what `composition_` shows
    int noticeSlot_ = -1;
    std::unordered_map<std::uint64_t, int> labelSlots_; ///< by track id, of the last frame only
};

} // namespace ooto::overlay
