// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/plate_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>

namespace ooto::overlay
{

namespace
{

constexpr std::size_t maxKept = 64;
constexpr double plateOpacity = 0.82; // white text keeps a contrast of 13:1 over pure white
constexpr Colour factsColour = 0xFFE0E0E0;

struct Extent {
    int width, height;
};

Extent extentOf(PangoLayout *layout)
{
    Extent extent{};
    pango_layout_get_pixel_size(layout, &extent.width, &extent.height);
    return extent;
}

void setColour(cairo_t *cr, Colour colour)
{
    cairo_set_source_rgb(cr, ((colour >> 16) & 0xFF) / 255.0, ((colour >> 8) & 0xFF) / 255.0,
                         (colour & 0xFF) / 255.0);
}

/** Halfway to white: what is bright enough for a line is too dark for text on a dark plate. */
Colour lightened(Colour colour)
{
    return 0xFF000000 | (((colour >> 1) & 0x7F7F7F) + 0x808080);
}

void roundedRectangle(cairo_t *cr, double width, double height, double radius)
{
    using std::numbers::pi;
    cairo_new_sub_path(cr);
    cairo_arc(cr, width - radius, radius, radius, -pi / 2, 0);
    cairo_arc(cr, width - radius, height - radius, radius, 0, pi / 2);
    cairo_arc(cr, radius, height - radius, radius, pi / 2, pi);
    cairo_arc(cr, radius, radius, radius, pi, 3 * pi / 2);
    cairo_close_path(cr);
}

void drawBackground(cairo_t *cr, double width, double height, double radius, double bar,
                    Colour accent)
{
    roundedRectangle(cr, width, height, radius);
    cairo_clip(cr);
    cairo_set_source_rgba(cr, 0, 0, 0, plateOpacity);
    cairo_paint(cr);
    setColour(cr, accent);
    cairo_rectangle(cr, 0, 0, bar, height);
    cairo_fill(cr);
}

void drawText(cairo_t *cr, PangoLayout *layout, double x, double y, Colour colour)
{
    setColour(cr, colour);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
}

void unpremultiply(std::uint32_t *pixels, std::size_t count)
{
    for (std::uint32_t *pixel = pixels; pixel < pixels + count; ++pixel) {
        const std::uint32_t alpha = *pixel >> 24;
        if (alpha == 0 || alpha == 255)
            continue;
        std::uint32_t straight = alpha << 24;
        for (const int shift : {0, 8, 16}) {
            const std::uint32_t channel = (*pixel >> shift) & 0xFF;
            straight |= std::min(255U, (channel * 255 + alpha / 2) / alpha) << shift;
        }
        *pixel = straight;
    }
}

FontDescriptionHandle fontDescription(int fontPx, bool bold)
{
    FontDescriptionHandle font(pango_font_description_new());
    pango_font_description_set_family_static(font.get(), "Sans");
    pango_font_description_set_weight(font.get(), bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font.get(), double(fontPx) * PANGO_SCALE);
    return font;
}

/** A surface of that size in the frame's pixels, painted in square ones; null when that failed. */
BufferHandle paintPixels(int width, int height, double pixelAspect,
                         const std::function<void(cairo_t *)> &paint)
{
    if (width < 1 || height < 1)
        return nullptr;
    const std::size_t bytes = std::size_t(width) * height * 4;
    BufferHandle buffer(gst_buffer_new_allocate(nullptr, bytes, nullptr));
    GstMapInfo map;
    if (!buffer || !gst_buffer_map(buffer.get(), &map, GST_MAP_READWRITE))
        return nullptr;
    std::memset(map.data, 0, bytes);
    bool painted = false;
    {
        const SurfaceHandle surface(cairo_image_surface_create_for_data(
            map.data, CAIRO_FORMAT_ARGB32, width, height, width * 4));
        const PainterHandle cr(cairo_create(surface.get()));
        cairo_scale(cr.get(), 1 / pixelAspect, 1);
        paint(cr.get());
        cairo_surface_flush(surface.get());
        painted = cairo_status(cr.get()) == CAIRO_STATUS_SUCCESS;
    }
    unpremultiply(reinterpret_cast<std::uint32_t *>(map.data), bytes / 4);
    gst_buffer_unmap(buffer.get(), &map);
    gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
    return painted ? std::move(buffer) : nullptr;
}

int frameWidth(double squareWidth, double pixelAspect)
{
    return static_cast<int>(std::ceil(squareWidth / pixelAspect));
}

} // namespace

PlateRenderer::PlateRenderer()
    : fonts_(pango_cairo_font_map_new()), context_(pango_font_map_create_context(fonts_.get()))
{
    // Video has no subpixels to speak of, and hinting would make text jump from size to size.
    const FontOptionsHandle options(cairo_font_options_create());
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_SLIGHT);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    const auto description = fontDescription(12, false);
    const FontHandle font(pango_context_load_font(context_.get(), description.get()));
    hasFonts_ = font != nullptr;
}

Plate PlateRenderer::label(const LabelText &text, Colour accent, const TextStyle &style,
                           int maxWidthPx)
{
    return cached({false, text.text, text.facts, accent, style, {maxWidthPx, 0}});
}

Plate PlateRenderer::notice(const std::string &heading, const std::string &body, Colour accent,
                            const TextStyle &style, const PlateRoom &room)
{
    return cached({true, heading, body, accent, style, room});
}

Plate PlateRenderer::cached(const Key &key)
{
    if (!hasFonts_)
        return {};
    const auto found = std::find_if(drawn_.begin(), drawn_.end(),
                                    [&](const Drawn &drawn) { return drawn.key == key; });
    if (found != drawn_.end()) {
        drawn_.splice(drawn_.begin(), drawn_, found);
    } else {
        drawn_.push_front(key.isNotice ? drawNotice(key) : drawLabel(key));
        if (drawn_.size() > maxKept)
            drawn_.pop_back();
    }
    const Drawn &drawn = drawn_.front();
    return {BufferHandle(drawn.pixels ? gst_buffer_ref(drawn.pixels.get()) : nullptr), drawn.width,
            drawn.height};
}

PlateRenderer::Drawn PlateRenderer::drawLabel(const Key &key)
{
    const TextStyle &style = key.style;
    const double em = style.fontPx;
    const double pad = std::max(2.0, std::round(em * 0.3));
    const double bar = std::max(2.0, std::round(em * 0.2));
    const double between = key.first.empty() || key.second.empty() ? 0 : std::round(em * 0.6);

    const auto text = layout(key.first, style.fontPx, true);
    const auto facts = layout(key.second, style.fontPx, false);
    const Extent factsExtent = extentOf(facts.get());
    const double room = key.room.widthPx * style.pixelAspect - bar - 2 * pad - between;
    const double textRoom = std::max(em, room - factsExtent.width);
    if (extentOf(text.get()).width > textRoom)
        pango_layout_set_width(text.get(), static_cast<int>(textRoom) * PANGO_SCALE);
    const Extent textExtent = extentOf(text.get());

    const double height = std::max(textExtent.height, factsExtent.height) + std::round(em * 0.2);
    const double textX = bar + pad;
    const double factsX = textX + textExtent.width + between;
    const int width =
        std::min(key.room.widthPx, frameWidth(factsX + factsExtent.width + pad, style.pixelAspect));
    auto pixels = paintPixels(width, static_cast<int>(height), style.pixelAspect, [&](cairo_t *cr) {
        drawBackground(cr, width * style.pixelAspect, height, em * 0.25, bar, key.accent);
        drawText(cr, text.get(), textX, std::floor((height - textExtent.height) / 2), white);
        drawText(cr, facts.get(), factsX, std::floor((height - factsExtent.height) / 2),
                 factsColour);
    });
    return {key, std::move(pixels), width, static_cast<int>(height)};
}

PlateRenderer::Drawn PlateRenderer::drawNotice(const Key &key)
{
    const TextStyle &style = key.style;
    const double em = style.fontPx;
    const double pad = std::max(3.0, std::round(em * 0.5));
    const double bar = std::max(3.0, std::round(em * 0.3));
    const double room = std::max(em, key.room.widthPx * style.pixelAspect - bar - 2 * pad);

    const auto heading = layout(key.first, style.fontPx, true);
    const auto body = layout(key.second, style.fontPx, false);
    if (extentOf(heading.get()).width > room)
        pango_layout_set_width(heading.get(), static_cast<int>(room) * PANGO_SCALE);
    if (extentOf(body.get()).width > room)
        pango_layout_set_width(body.get(), static_cast<int>(room) * PANGO_SCALE);
    pango_layout_set_wrap(body.get(), PANGO_WRAP_WORD_CHAR);
    const Extent headingExtent = key.first.empty() ? Extent{} : extentOf(heading.get());
    const int bodyRoom = static_cast<int>(key.room.heightPx - headingExtent.height - pad);
    // Pango leaves out, and says so by the ellipsis, the lines that are higher up than this.
    pango_layout_set_height(body.get(), std::max(1, bodyRoom) * PANGO_SCALE);
    const Extent bodyExtent = key.second.empty() ? Extent{} : extentOf(body.get());

    const double height = headingExtent.height + bodyExtent.height + pad;
    const int width =
        std::min(key.room.widthPx,
                 frameWidth(bar + 2 * pad + std::max(headingExtent.width, bodyExtent.width),
                            style.pixelAspect));
    auto pixels = paintPixels(width, static_cast<int>(height), style.pixelAspect, [&](cairo_t *cr) {
        const double top = std::floor(pad / 2);
        drawBackground(cr, width * style.pixelAspect, height, em * 0.3, bar, key.accent);
        drawText(cr, heading.get(), bar + pad, top, lightened(key.accent));
        drawText(cr, body.get(), bar + pad, top + headingExtent.height, white);
    });
    return {key, std::move(pixels), width, static_cast<int>(height)};
}

/** Never markup, never a format: the text comes from metadata and is drawn as it is. */
LayoutHandle PlateRenderer::layout(const std::string &text, int fontPx, bool bold)
{
    LayoutHandle made(pango_layout_new(context_.get()));
    const auto font = fontDescription(fontPx, bold);
    pango_layout_set_font_description(made.get(), font.get());
    pango_layout_set_ellipsize(made.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_text(made.get(), text.c_str(), static_cast<int>(text.size()));
    return made;
}

} // namespace ooto::overlay
