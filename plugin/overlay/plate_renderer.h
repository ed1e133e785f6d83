// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws text on a dark rounded plate by Pango and Cairo, and keeps what it has drawn.
#pragma once

#include "overlay/handles.h"
#include "overlay/text.h"

#include <list>

namespace ooto::overlay
{

/** How large text is, and for what pixels. */
struct TextStyle {
    int fontPx = 0;           ///< em size in lines of the frame
    double pixelAspect = 1.0; ///< a pixel's width by its height: text is drawn narrower by it
    bool operator==(const TextStyle &) const = default;
};

/** What a plate may take up, in the frame's pixels. */
struct PlateRoom {
    int widthPx = 0;
    int heightPx = 0;
    bool operator==(const PlateRoom &) const = default;
};

/** Native-endian ARGB, not premultiplied, with a GstVideoMeta; null when nothing could be drawn. */
struct Plate {
    BufferHandle pixels;
    int width = 0;
    int height = 0;
};

/**
 * Bound to one thread, but for its end: Pango's objects are used by one thread at a time.
 *
 * The pixels are not premultiplied because gst_video_blend() of GStreamer 1.22 overflows on
 * premultiplied white over RGB of more than 8 bits (RGB10A2_LE, GBRA_10LE, …), and because
 * blending them on YUV spares a division per pixel and colour.
 */
class PlateRenderer
{
public:
    PlateRenderer();

    /** False on a system without fonts, where every plate is null: Pango makes up sizes there. */
    bool hasFonts() const { return hasFonts_; }

    /** One line, with a bar in the accent colour. Widths are in the frame's pixels. */
    Plate label(const LabelText &text, Colour accent, const TextStyle &style, int maxWidthPx);
    /**
     * A heading in the accent colour (may be empty) over wrapped lines, as many as the room holds;
     * a text that is longer ends in an ellipsis. One line there is always, and a heading.
     */
    Plate notice(const std::string &heading, const std::string &body, Colour accent,
                 const TextStyle &style, const PlateRoom &room);

private:
    struct Key {
        bool isNotice;
        std::string first, second;
        Colour accent;
        TextStyle style;
        PlateRoom room;
        bool operator==(const Key &) const = default;
    };
    struct Drawn {
        Key key;
        BufferHandle pixels;
        int width, height;
    };

    Plate cached(const Key &key);
    Drawn drawLabel(const Key &key);
    Drawn drawNotice(const Key &key);
    LayoutHandle layout(const std::string &text, int fontPx, bool bold);

    FontMapHandle fonts_;
    FontContextHandle context_;
    bool hasFonts_;
    std::list<Drawn> drawn_; ///< the last used one comes first
};

} // namespace ooto::overlay
