// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for what only the overlay holds: Pango, Cairo, and overlay compositions.
#pragma once

#include "element/handles.h"

#include <pango/pangocairo.h>

namespace ooto::overlay
{

// Static in GStreamer's headers, see element/handles.h.
inline void releaseRectangle(GstVideoOverlayRectangle *rectangle)
{
    gst_video_overlay_rectangle_unref(rectangle);
}
inline void releaseComposition(GstVideoOverlayComposition *composition)
{
    gst_video_overlay_composition_unref(composition);
}

using element::BufferHandle;
using RectangleHandle = system::Handle<GstVideoOverlayRectangle, releaseRectangle>;
using CompositionHandle = system::Handle<GstVideoOverlayComposition, releaseComposition>;

using FontMapHandle = system::ObjectHandle<PangoFontMap>;
using FontContextHandle = system::ObjectHandle<PangoContext>;
using FontHandle = system::ObjectHandle<PangoFont>;
using LayoutHandle = system::ObjectHandle<PangoLayout>;
using FontDescriptionHandle = system::Handle<PangoFontDescription, pango_font_description_free>;
using FontOptionsHandle = system::Handle<cairo_font_options_t, cairo_font_options_destroy>;
using SurfaceHandle = system::Handle<cairo_surface_t, cairo_surface_destroy>;
using PainterHandle = system::Handle<cairo_t, cairo_destroy>;

} // namespace ooto::overlay
