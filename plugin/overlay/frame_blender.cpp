// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/frame_blender.h"

#include "overlay/handles.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace ooto::overlay
{

// The header of GStreamer 1.22 declares it without C linkage, so that C++ looks for another name.
namespace c_linkage
{
extern "C" gboolean gst_video_blend(GstVideoFrame *dest, GstVideoFrame *src, gint x, gint y,
                                    gfloat global_alpha);
}

namespace
{

struct Area {
    int left, top, right, bottom;
    bool empty() const { return left >= right || top >= bottom; }
};

int roundedUp(int value, int step)
{
    return (value + step - 1) / step * step;
}

/** Pixels of these formats have no address of their own. */
bool hasPlainPixels(const GstVideoFormatInfo *format)
{
    if (format->flags & (GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED))
        return false;
    return std::all_of(format->pixel_stride, format->pixel_stride + format->n_components,
                       [](gint stride) { return stride > 0; });
}

/**
 * The smallest part of the frame that holds the area and whole chroma samples, as a frame of its
 * own on the same memory; the whole frame where a part cannot be addressed. `area` becomes that
 * part.
 */
GstVideoFrame windowOn(const GstVideoFrame &frame, Area &area)
{
    const GstVideoFormatInfo *format = frame.info.finfo;
    GstVideoFrame window = frame;
    if (!hasPlainPixels(format)) {
        area = {0, 0, frame.info.width, frame.info.height};
        return window;
    }
    const guint components = format->n_components;
    const int stepX = 1 << *std::max_element(format->w_sub, format->w_sub + components);
    const int stepY = 1 << *std::max_element(format->h_sub, format->h_sub + components);
    area.left = area.left / stepX * stepX;
    area.top = area.top / stepY * stepY;
    area.right = std::min(roundedUp(area.right, stepX), frame.info.width);
    area.bottom = std::min(roundedUp(area.bottom, stepY), frame.info.height);
    window.info.width = area.right - area.left;
    window.info.height = area.bottom - area.top;
    std::array<bool, GST_VIDEO_MAX_PLANES> moved{};
    for (guint c = 0; c < components; ++c) {
        const guint plane = format->plane[c];
        if (std::exchange(moved[plane], true))
            continue;
        window.data[plane] =
            static_cast<guint8 *>(frame.data[plane]) +
            std::ptrdiff_t(area.top >> format->h_sub[c]) * frame.info.stride[plane] +
            std::ptrdiff_t(area.left >> format->w_sub[c]) * format->pixel_stride[c];
    }
    return window;
}

std::uint32_t mixed(std::uint32_t over, std::uint32_t under)
{
    const std::uint32_t alpha = over >> 24;
    std::uint32_t result = 0xFF000000;
    for (const int shift : {0, 8, 16}) {
        const std::uint32_t a = (over >> shift) & 0xFF;
        const std::uint32_t b = (under >> shift) & 0xFF;
        result |= ((a * alpha + b * (255 - alpha)) / 255) << shift;
    }
    return result;
}

guint8 nearestEntry(const guint32 *palette, std::uint32_t colour)
{
    int best = 0;
    int least = std::numeric_limits<int>::max();
    for (int entry = 0; entry < 256; ++entry) {
        int distance = 0;
        for (const int shift : {0, 8, 16}) {
            const int difference =
                int((palette[entry] >> shift) & 0xFF) - int((colour >> shift) & 0xFF);
            distance += difference * difference;
        }
        if (distance < least) {
            least = distance;
            best = entry;
        }
    }
    return static_cast<guint8>(best);
}

/** The palette is the picture's: what is drawn takes its nearest colours. */
void blendIndexed(GstVideoFrame &frame, GstVideoFrame &source, int x, int y, const Area &area)
{
    const auto *palette = static_cast<const guint32 *>(frame.data[1]);
    std::uint32_t lastColour = 0;
    guint8 lastEntry = 0;
    for (int line = area.top; line < area.bottom; ++line) {
        guint8 *to =
            static_cast<guint8 *>(frame.data[0]) + std::ptrdiff_t(line) * frame.info.stride[0];
        const auto *from = reinterpret_cast<const std::uint32_t *>(
            static_cast<const guint8 *>(source.data[0]) +
            std::ptrdiff_t(line - y) * source.info.stride[0]);
        for (int column = area.left; column < area.right; ++column) {
            if (from[column - x] >> 24 == 0)
                continue;
            const std::uint32_t colour = mixed(from[column - x], palette[to[column]]);
            if (colour != lastColour) {
                lastColour = colour;
                lastEntry = nearestEntry(palette, colour);
            }
            to[column] = lastEntry;
        }
    }
}

void blendRectangle(GstVideoFrame &frame, GstVideoOverlayRectangle *rectangle)
{
    gint x = 0;
    gint y = 0;
    guint width = 0;
    guint height = 0;
    gst_video_overlay_rectangle_get_render_rectangle(rectangle, &x, &y, &width, &height);
    Area area{std::max(0, x), std::max(0, y), std::min(x + int(width), frame.info.width),
              std::min(y + int(height), frame.info.height)};
    if (area.empty())
        return;
    GstBuffer *pixels = gst_video_overlay_rectangle_get_pixels_unscaled_raw(
        rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
    element::MappedFrame source(pixels, info, GST_MAP_READ);
    if (!source)
        return;
    if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE(frame.info.finfo)) {
        blendIndexed(frame, *source, x, y, area);
        return;
    }
    GstVideoFrame window = windowOn(frame, area);
    c_linkage::gst_video_blend(&window, &*source, x - area.left, y - area.top, 1.0F);
}

} // namespace

void blendOnto(GstVideoFrame &frame, GstVideoOverlayComposition *composition)
{
    const guint count = gst_video_overlay_composition_n_rectangles(composition);
    for (guint i = 0; i < count; ++i)
        blendRectangle(frame, gst_video_overlay_composition_get_rectangle(composition, i));
}

} // namespace ooto::overlay
