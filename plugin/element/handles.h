// SPDX-License-Identifier: LGPL-2.1-or-later
// Ownership of GStreamer's things by type.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>

namespace ooto::element
{

struct HandleDeleter {
    void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
    void operator()(GstStructure *structure) const { gst_structure_free(structure); }
    void operator()(GstCaps *caps) const { gst_caps_unref(caps); }
    void operator()(GstQuery *query) const { gst_query_unref(query); }
    void operator()(GstVideoConverter *converter) const { gst_video_converter_free(converter); }
};

template<typename T>
using Handle = std::unique_ptr<T, HandleDeleter>;

/** A frame mapped for as long as this lives. */
class MappedFrame
{
public:
    MappedFrame(GstBuffer *buffer, const GstVideoInfo &info, GstMapFlags flags)
        : mapped_(gst_video_frame_map(
              &frame_, &info, buffer,
              static_cast<GstMapFlags>(static_cast<int>(flags) |
                                       static_cast<int>(GST_VIDEO_FRAME_MAP_FLAG_NO_REF))))
    {
    }
    ~MappedFrame()
    {
        if (mapped_)
            gst_video_frame_unmap(&frame_);
    }
    MappedFrame(const MappedFrame &) = delete;
    MappedFrame &operator=(const MappedFrame &) = delete;

    explicit operator bool() const { return mapped_; }
    GstVideoFrame &operator*() { return frame_; }
    GstVideoFrame *operator->() { return &frame_; }

private:
    GstVideoFrame frame_{};
    bool mapped_;
};

} // namespace ooto::element
