// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of the GLib and GStreamer objects that the demo works with.
#pragma once

#include "system/handles.h"

#include <gst/gst.h>

#include <utility>

namespace ooto::demo
{

using system::CharsHandle;
using system::ErrorHandle;
using system::ErrorOut;
using system::Handle;
using system::ObjectHandle;
using system::SourceHandle;

template<typename T>
using GstHandle = Handle<T, gst_object_unref>;
using MessageHandle = Handle<GstMessage, gst_message_unref>;
using CapsHandle = Handle<GstCaps, gst_caps_unref>;
using StructureHandle = Handle<GstStructure, gst_structure_free>;
using LoopHandle = Handle<GMainLoop, g_main_loop_unref>;

/** A pipeline that is brought to NULL before it is let go. */
class PipelineHandle
{
public:
    explicit PipelineHandle(GstHandle<GstElement> pipeline) : pipeline_(std::move(pipeline)) {}
    PipelineHandle(PipelineHandle &&) = default;
    PipelineHandle &operator=(PipelineHandle &&) = delete;
    ~PipelineHandle()
    {
        if (pipeline_)
            gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    }

    GstElement *get() const { return pipeline_.get(); }
    explicit operator bool() const { return pipeline_ != nullptr; }
    GstHandle<GstElement> element(const char *name) const
    {
        return GstHandle<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
    }
    GstHandle<GstBus> bus() const
    {
        return GstHandle<GstBus>(gst_element_get_bus(pipeline_.get()));
    }

private:
    GstHandle<GstElement> pipeline_;
};

} // namespace ooto::demo
