// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for the GStreamer, Pango and Cairo objects that the overlay holds.
#pragma once

#include <gst/video/video.h>
#include <pango/pangocairo.h>

#include <memory>

namespace ooto::gst
{

struct OverlayUnref {
    void operator()(GstBuffer *it) const { gst_buffer_unref(it); }
    void operator()(GstCaps *it) const { gst_caps_unref(it); }
    void operator()(GstQuery *it) const { gst_query_unref(it); }
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

using BufferHandle = OverlayHandle<GstBuffer>;
using RectangleHandle = OverlayHandle<GstVideoOverlayRectangle>;
using CompositionHandle = OverlayHandle<GstVideoOverlayComposition>;

/** A video frame mapped for as long as this lives; false when it could not be mapped. */
class MappedVideoFrame
{
public:
    /** The caller keeps the buffer alive: a reference of our own would make it unwritable. */
    MappedVideoFrame(const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags access)
        : mapped_(gst_video_frame_map(
              &frame_, const_cast<GstVideoInfo *>(&info), buffer,
              static_cast<GstMapFlags>(int(access) | int(GST_VIDEO_FRAME_MAP_FLAG_NO_REF))))
    {
    }
    ~MappedVideoFrame()
    {
        if (mapped_)
            gst_video_frame_unmap(&frame_);
    }
    MappedVideoFrame(const MappedVideoFrame &) = delete;
    MappedVideoFrame &operator=(const MappedVideoFrame &) = delete;

    explicit operator bool() const { return mapped_; }
    GstVideoFrame &operator*() { return frame_; }

private:
    GstVideoFrame frame_{};
    bool mapped_;
};

} // namespace ooto::gst
