// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/face_painter.h"

#include <algorithm>
#include <cmath>

namespace ooto::overlay
{

namespace
{

/** Portrait pictures would get huge text if their height counted. */
double measure(const core::Box &visible)
{
    return std::min(visible.width, visible.height);
}

TextStyle textStyle(const core::Box &visible, const OverlaySettings &settings, double pixelAspect)
{
    constexpr double shareOfFrame = 0.022; // 24 px at 1080 lines
    constexpr double smallestPx = 11;      // below, letters run together
    const double automatic = std::max(smallestPx, shareOfFrame * measure(visible));
    return {std::clamp(static_cast<int>(std::lround(automatic * settings.textScale)), 6, 400),
            pixelAspect};
}

LineStyle lineStyle(const core::Box &visible, const OverlaySettings &settings, double pixelAspect)
{
    const double automatic = 2 * std::round(std::max(270.0, measure(visible)) / 540.0);
    const double width = settings.lineWidthPx > 0 ? settings.lineWidthPx : automatic;
    const auto pixels = [](double px) { return std::max(1, static_cast<int>(std::lround(px))); };
    return {pixels(width / pixelAspect), pixels(width), pixels(width / 2 / pixelAspect),
            pixels(width / 2)};
}

/**
 * For all notices together. Where the frame is small, and its text large for it, lines go over all
 * of its width: many short ones would cover more of the picture.
 */
PlateRoom noticeRoom(const core::Box &visible, const TextStyle &style)
{
    constexpr double shareOfWidth = 0.6;
    constexpr double shareOfHeight = 0.6;
    constexpr double shortestLineEm = 30;
    const double em = style.fontPx / style.pixelAspect;
    const double width = std::max(visible.width * shareOfWidth, shortestLineEm * em);
    return {static_cast<int>(std::min(width, visible.width - em / 2)),
            static_cast<int>(visible.height * shareOfHeight)};
}

core::Box boxOf(const OutlineBorders &borders)
{
    return {double(borders.left), double(borders.top), double(borders.right - borders.left),
            double(borders.bottom - borders.top)};
}

int slotOf(const std::unordered_map<std::uint64_t, int> &slots, std::uint64_t trackId)
{
    const auto found = slots.find(trackId);
    return found == slots.end() ? -1 : found->second;
}

} // namespace

GstVideoOverlayComposition *FacePainter::paint(const OverlayScene &scene,
                                               const OverlaySettings &settings, double pixelAspect)
{
    const Input input{scene, settings, pixelAspect};
    // A sink keeps the textures of a composition that it has seen: hand out the same one again.
    if (last_ != input) {
        last_ = input;
        draw(input);
    }
    return composition_.get();
}

void FacePainter::draw(const Input &input)
{
    const OverlayScene &scene = input.scene;
    const LineStyle line = lineStyle(scene.visible, input.settings, input.pixelAspect);
    const TextStyle text = textStyle(scene.visible, input.settings, input.pixelAspect);
    std::vector<core::Box> outlines;
    for (const OverlayFace &face : scene.faces) {
        const OutlineBorders borders = outlineBorders(face.box, scene.visible, line);
        appendOutline(borders, line, statusColour(face.status), rectangles_);
        outlines.push_back(boxOf(borders));
    }
    LabelPlacer placer(scene.visible, std::move(outlines), std::round(text.fontPx * 0.2));
    if (input.settings.drawNotices)
        drawNotices(input, text, placer);
    if (input.settings.drawLabels)
        drawLabels(input, text, placer);

    composition_.reset(rectangles_.empty() ? nullptr : gst_video_overlay_composition_new(nullptr));
    for (const RectangleHandle &rectangle : rectangles_)
        gst_video_overlay_composition_add_rectangle(composition_.get(), rectangle.get());
    rectangles_.clear();
}

void FacePainter::drawNotices(const Input &input, const TextStyle &style, LabelPlacer &placer)
{
    const OverlayScene &scene = input.scene;
    PlateRoom room = noticeRoom(scene.visible, style);
    if (room.widthPx < 8 * style.fontPx / style.pixelAspect)
        return;
    std::vector<Plate> column;
    double width = 0;
    double height = 0;
    const auto add = [&](Plate plate) {
        // The smallest plate there is may be higher than its room.
        if (!plate.pixels || plate.height > room.heightPx)
            return;
        width = std::max(width, double(plate.width));
        height += plate.height;
        room.heightPx -= plate.height;
        column.push_back(std::move(plate));
    };
    if (!scene.serviceState.empty()) {
        // Trouble may come with a long text, and the notice is to be read all the same.
        const int shared = scene.notice.empty() ? room.heightPx : room.heightPx / 2;
        add(plates_.notice("Identify service: " + scene.serviceState, scene.serviceReason,
                           serviceColour(scene.serviceState), style, {room.widthPx, shared}));
    }
    if (!scene.notice.empty())
        add(plates_.notice({}, scene.notice, skyBlue, style, room));
    if (column.empty())
        return;
    const double gap = column.size() > 1 ? std::round(style.fontPx * 0.2) : 0;
    const Placement place = placer.placeNotice(width, height + gap, noticeSlot_);
    noticeSlot_ = place.slot;
    double y = place.box.y;
    for (const Plate &plate : column) {
        appendPlate(plate, place.box.x, y);
        y += plate.height + gap;
    }
}

void FacePainter::drawLabels(const Input &input, const TextStyle &style, LabelPlacer &placer)
{
    const core::Box &visible = input.scene.visible;
    const double em = style.fontPx / style.pixelAspect;
    const int room = static_cast<int>(
        std::min({visible.width - em / 2, std::max(visible.width * 0.35, 18 * em), 26 * em}));
    std::unordered_map<std::uint64_t, int> slots;
    for (std::size_t i = 0; i < input.scene.faces.size() && room >= 5 * em; ++i) {
        const OverlayFace &face = input.scene.faces[i];
        const LabelText text = labelText(face);
        if (text.empty())
            continue;
        const Plate plate = plates_.label(text, statusColour(face.status), style, room);
        if (!plate.pixels || plate.height * 2 > visible.height)
            continue;
        const Placement place =
            placer.placeLabel(i, plate.width, plate.height, slotOf(labelSlots_, face.trackId));
        constexpr double readable = 0.5;
        if (place.overText <= readable)
            appendPlate(plate, place.box.x, place.box.y);
        if (face.trackId)
            slots[face.trackId] = place.slot;
    }
    labelSlots_ = std::move(slots);
}

void FacePainter::appendPlate(const Plate &plate, double x, double y)
{
    rectangles_.emplace_back(gst_video_overlay_rectangle_new_raw(
        plate.pixels.get(), static_cast<int>(std::floor(x)), static_cast<int>(std::floor(y)),
        plate.width, plate.height, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE));
}

} // namespace ooto::overlay
