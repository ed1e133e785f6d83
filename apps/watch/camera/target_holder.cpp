// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/target_holder.h"

#include "camera/settings_change.h"
#include "config/property.h"
#include "metadata/face_fields.h"

#include <utility>

namespace ooto::watch
{

namespace
{

using PadHandle = system::ObjectHandle<GstPad>;

/** On whatever thread tells; a bus that nobody reads would keep all messages. */
GstBusSyncReply passOn(GstBus *, GstMessage *message, gpointer listener)
{
    const GstStructure *structure = gst_message_get_structure(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && structure)
        static_cast<CameraListener *>(listener)->messagePosted({}, structure);
    gst_message_unref(message);
    return GST_BUS_DROP;
}

} // namespace

TargetHolder::TargetHolder(TargetConfig config, CameraListener &listener)
    : config_(std::move(config)),
      pipeline_(static_cast<GstElement *>(gst_object_ref_sink(gst_pipeline_new(nullptr))))
{
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(bus.get(), passOn, &listener, nullptr);
    GstElement *publish = gst_element_factory_make("ootopublish", nullptr);
    if (!publish)
        return;
    publish_ =
        system::ObjectHandle<GstElement>(static_cast<GstElement *>(gst_object_ref_sink(publish)));
    for (const Setting &setting : config_.properties)
        setProperty(publish, setting);
    gst_bin_add(GST_BIN_CAST(pipeline_.get()), publish);
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
}

TargetHolder::~TargetHolder()
{
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

bool TargetHolder::change(const TargetConfig &config)
{
    if (!publish_ || !canChangeWhilePlaying(config_, config))
        return false;
    applyChanges(config_, config, publish_.get());
    config_ = config;
    return true;
}

void TargetHolder::tell(const std::string &camera, CameraState state)
{
    if (!publish_)
        return;
    GstStructure *message = gst_structure_new(metadata::cameraMessageName, metadata::field::camera,
                                              G_TYPE_STRING, camera.c_str(), metadata::field::state,
                                              G_TYPE_STRING, cameraStateName(state), nullptr);
    const PadHandle pad(gst_element_get_static_pad(publish_.get(), "sink"));
    gst_pad_send_event(pad.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_OOB, message));
}

element::StructureHandle TargetHolder::statistics() const
{
    GstStructure *stats = nullptr;
    if (publish_)
        g_object_get(publish_.get(), "stats", &stats, nullptr);
    return element::StructureHandle(stats);
}

} // namespace ooto::watch
