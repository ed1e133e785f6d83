// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for what only the overlay holds: Pango, Cairo, and overlay compositions.
#pragma once

#include "element/handles.h"

#include <pango/pangocairo.h>

namespace ooto::overlay
{

struct OverlayUnref : element::HandleDeleter {
    using element::HandleDeleter::operator();
    void operator()(GstVideoOverlayRectangle *it) const { gst_video_overlay_rectangle_unref(it); }
    void operator()(GstVideoOverlayComposition *it) const
    {
        gst_video_overlay_composition_unref(it);
    }
    void operator()(PangoFontMap *it) const { g_object_unref(it); }
    void operator()(PangoContext *it) const { g_object_unref(it); }
    void operator()(PangoFont *it) const { g_object_unref(it); }
    void operator()(PangoLayout *it) const { g_object_unref(it); }
    void operator()(PangoFontDescription *it) const { pango_font_description_free(it); }
    void operator()(cairo_font_options_t *it) const { cairo_font_options_destroy(it); }
    void operator()(cairo_surface_t *it) const { cairo_surface_destroy(it); }
    void operator()(cairo_t *it) const { cairo_destroy(it); }
};

template<typename T>
using OverlayHandle = std::unique_ptr<T, OverlayUnref>;

using BufferHandle = element::Handle<GstBuffer>;
using RectangleHandle = OverlayHandle<GstVideoOverlayRectangle>;
using CompositionHandle = OverlayHandle<GstVideoOverlayComposition>;

} // namespace ooto::overlay
