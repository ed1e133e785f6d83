// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/target_holder.h"

#include "config/property.h"

namespace ooto::watch
{

TargetHolder::TargetHolder(const TargetConfig &config)
    : name_(config.name),
      pipeline_(static_cast<GstElement *>(gst_object_ref_sink(gst_pipeline_new(nullptr))))
{
    // The same is told by the elements of the cameras; nobody reads it here.
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(
        bus.get(),
        [](GstBus *, GstMessage *message, gpointer) {
            gst_message_unref(message);
            return GST_BUS_DROP;
        },
        nullptr, nullptr);
    GstElement *publish = gst_element_factory_make("ootopublish", nullptr);
    if (!publish)
        return;
    publish_ =
        system::ObjectHandle<GstElement>(static_cast<GstElement *>(gst_object_ref_sink(publish)));
    for (const Setting &setting : config.properties)
        setProperty(publish, setting);
    gst_bin_add(GST_BIN_CAST(pipeline_.get()), publish);
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
}

TargetHolder::~TargetHolder()
{
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

element::StructureHandle TargetHolder::statistics() const
{
    GstStructure *stats = nullptr;
    if (publish_)
        g_object_get(publish_.get(), "stats", &stats, nullptr);
    return element::StructureHandle(stats);
}

} // namespace ooto::watch
