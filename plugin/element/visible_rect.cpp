// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/visible_rect.h"

#include "core/base/box.h"

namespace ooto::element
{

core::PixelRect visibleRect(GstBuffer *buffer, const GstVideoInfo &info)
{
    const GstVideoMeta *whole = gst_buffer_get_video_meta(buffer);
    const core::PixelRect frame{0, 0, whole ? static_cast<int>(whole->width) : info.width,
                                whole ? static_cast<int>(whole->height) : info.height};
    const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
    if (!crop)
        return frame;
    // As doubles, so that no sum of two large unsigned numbers wraps around.
    const core::Box visible = core::intersection(
        {double(crop->x), double(crop->y), double(crop->width), double(crop->height)},
        {0, 0, double(frame.width), double(frame.height)});
    if (visible.empty())
        return frame;
    return {static_cast<int>(visible.x), static_cast<int>(visible.y),
            static_cast<int>(visible.width), static_cast<int>(visible.height)};
}

} // namespace ooto::element
