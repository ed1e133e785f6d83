// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/box_outline.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ooto::overlay
{

namespace
{

constexpr Colour edgeColour = 0xA0000000;

/** What the outline looks like at one pixel of the frame. */
Colour outlineAt(const OutlineBorders &borders, const LineStyle &style, Colour colour, int x, int y)
{
    const int fromX = std::min(x - borders.left, borders.right - 1 - x);
    const int fromY = std::min(y - borders.top, borders.bottom - 1 - y);
    if (fromX < style.edgeX || fromY < style.edgeY)
        return edgeColour;
    if (fromX < style.edgeX + style.lineX || fromY < style.edgeY + style.lineY)
        return colour;
    if (fromX < 2 * style.edgeX + style.lineX || fromY < 2 * style.edgeY + style.lineY)
        return edgeColour;
    return 0;
}

/** `alike`: every row of the strip looks like its first. */
void appendStrip(const OutlineBorders &strip, bool alike, const OutlineBorders &borders,
                 const LineStyle &style, Colour colour, std::vector<RectangleHandle> &to)
{
    const int width = strip.right - strip.left;
    const int height = strip.bottom - strip.top;
    if (width < 1 || height < 1)
        return;
    const BufferHandle buffer(
        gst_buffer_new_allocate(nullptr, std::size_t(width) * height * 4, nullptr));
    GstMapInfo map;
    if (!buffer || !gst_buffer_map(buffer.get(), &map, GST_MAP_WRITE))
        return;
    auto *row = reinterpret_cast<Colour *>(map.data);
    for (int y = 0; y < height; ++y, row += width) {
        if (alike && y > 0)
            std::memcpy(row, map.data, std::size_t(width) * 4);
        else
            for (int x = 0; x < width; ++x)
                row[x] = outlineAt(borders, style, colour, strip.left + x, strip.top + y);
    }
    gst_buffer_unmap(buffer.get(), &map);
    gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
    to.emplace_back(gst_video_overlay_rectangle_new_raw(
        buffer.get(), strip.left, strip.top, width, height, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE));
}

/** Chroma is mostly stored for every second pixel: a line that starts on an even one keeps its
 * colour. */
int evenStart(double border, int line, int edge)
{
    return 2 * static_cast<int>(std::floor((border - line / 2.0) / 2)) - edge;
}

} // namespace

OutlineBorders outlineBorders(const core::Box &box, const core::Box &frame, const LineStyle &style)
{
    const int frameLeft = static_cast<int>(std::floor(frame.x));
    const int frameTop = static_cast<int>(std::floor(frame.y));
    const int frameRight = static_cast<int>(std::floor(frame.right()));
    const int frameBottom = static_cast<int>(std::floor(frame.bottom()));
    const core::Box inside = core::intersection(box, frame);
    const int left = evenStart(inside.x, style.lineX, style.edgeX);
    const int top = evenStart(inside.y, style.lineY, style.edgeY);
    const int right =
        evenStart(inside.right(), style.lineX, style.edgeX) + style.lineX + 2 * style.edgeX;
    const int bottom =
        evenStart(inside.bottom(), style.lineY, style.edgeY) + style.lineY + 2 * style.edgeY;
    return {std::clamp(left, frameLeft, frameRight), std::clamp(top, frameTop, frameBottom),
            std::clamp(right, frameLeft, frameRight), std::clamp(bottom, frameTop, frameBottom)};
}

void appendOutline(const OutlineBorders &borders, const LineStyle &style, Colour colour,
                   std::vector<RectangleHandle> &to)
{
    const auto [left, top, right, bottom] = borders;
    const int acrossX = style.lineX + 2 * style.edgeX;
    const int acrossY = style.lineY + 2 * style.edgeY;
    const int upper = std::min(top + acrossY, bottom);
    const int lower = std::max(bottom - acrossY, upper);
    const int leftEnd = std::min(left + acrossX, right);
    const int rightStart = std::max(right - acrossX, leftEnd);
    appendStrip({left, top, right, upper}, false, borders, style, colour, to);
    appendStrip({left, lower, right, bottom}, false, borders, style, colour, to);
    appendStrip({left, upper, leftEnd, lower}, true, borders, style, colour, to);
    appendStrip({rightStart, upper, right, lower}, true, borders, style, colour, to);
}

} // namespace ooto::overlay
