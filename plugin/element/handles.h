// SPDX-License-Identifier: LGPL-2.1-or-later
// Ownership of GStreamer's things by type.
#pragma once

#include "system/handles.h"

#include <gst/gst.h>
#include <gst/video/video.h>

namespace ooto::element
{

// Some of GStreamer's releases are static in its headers, and each file's own: not to be the
// argument of a type that several files share.
inline void releaseBuffer(GstBuffer *buffer)
{
    gst_buffer_unref(buffer);
}
inline void releaseCaps(GstCaps *caps)
{
    gst_caps_unref(caps);
}
inline void releaseQuery(GstQuery *query)
{
    gst_query_unref(query);
}
inline void releaseSample(GstSample *sample)
{
    gst_sample_unref(sample);
}

using BufferHandle = system::Handle<GstBuffer, releaseBuffer>;
using CapsHandle = system::Handle<GstCaps, releaseCaps>;
using QueryHandle = system::Handle<GstQuery, releaseQuery>;
using SampleHandle = system::Handle<GstSample, releaseSample>;
using StructureHandle = system::Handle<GstStructure, gst_structure_free>;
using ConverterHandle = system::Handle<GstVideoConverter, gst_video_converter_free>;

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
