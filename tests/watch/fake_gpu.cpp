// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_gpu.h"

#include <gst/base/gstbasesink.h>
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <atomic>
#include <initializer_list>

namespace
{

std::atomic<bool> released{false};

const char *const gpuCaps = "video/x-raw(memory:GLMemory)";
const char *const systemCaps = "video/x-raw";

void addPad(GstElementClass *klass, const char *name, GstPadDirection direction, const char *text)
{
    GstCaps *caps = gst_caps_from_string(text);
    gst_element_class_add_pad_template(klass,
                                       gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
    gst_caps_unref(caps);
}

/** The same caps in the other memory. */
GstCaps *moved(GstCaps *caps, GstCaps *filter, bool toGpu)
{
    GstCaps *other = gst_caps_copy(caps);
    for (guint i = 0; i < gst_caps_get_size(other); ++i)
        gst_caps_set_features(other, i,
                              toGpu ? gst_caps_features_new("memory:GLMemory", nullptr)
                                    : gst_caps_features_new_empty());
    if (!filter)
        return other;
    GstCaps *both = gst_caps_intersect_full(filter, other, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(other);
    return both;
}

GstFlowReturn pass(GstBaseTransform *, GstBuffer *)
{
    return GST_FLOW_OK;
}

} // namespace

struct OotoFakeUpload {
    GstBaseTransform parent;
};
struct OotoFakeUploadClass {
    GstBaseTransformClass parent;
};
G_DEFINE_TYPE(OotoFakeUpload, ooto_fake_upload, GST_TYPE_BASE_TRANSFORM)

static void ooto_fake_upload_init(OotoFakeUpload *self)
{
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}

static void ooto_fake_upload_class_init(OotoFakeUploadClass *klass)
{
    addPad(GST_ELEMENT_CLASS(klass), "sink", GST_PAD_SINK, systemCaps);
    addPad(GST_ELEMENT_CLASS(klass), "src", GST_PAD_SRC, gpuCaps);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Fake upload", "Filter", "-",
                                          "-");
    GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = pass;
    GST_BASE_TRANSFORM_CLASS(klass)->transform_caps =
        [](GstBaseTransform *, GstPadDirection direction, GstCaps *caps, GstCaps *filter) {
            return moved(caps, filter, direction == GST_PAD_SINK);
        };
}

struct OotoFakeDownload {
    GstBaseTransform parent;
};
struct OotoFakeDownloadClass {
    GstBaseTransformClass parent;
};
G_DEFINE_TYPE(OotoFakeDownload, ooto_fake_download, GST_TYPE_BASE_TRANSFORM)

static void ooto_fake_download_init(OotoFakeDownload *self)
{
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}

static void ooto_fake_download_class_init(OotoFakeDownloadClass *klass)
{
    addPad(GST_ELEMENT_CLASS(klass), "sink", GST_PAD_SINK, gpuCaps);
    addPad(GST_ELEMENT_CLASS(klass), "src", GST_PAD_SRC, systemCaps);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Fake download", "Filter", "-",
                                          "-");
    GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = [](GstBaseTransform *, GstBuffer *) {
        ++ooto::test::downloads();
        return GST_FLOW_OK;
    };
    GST_BASE_TRANSFORM_CLASS(klass)->transform_caps =
        [](GstBaseTransform *, GstPadDirection direction, GstCaps *caps, GstCaps *filter) {
            return moved(caps, filter, direction == GST_PAD_SRC);
        };
}

struct OotoFakeDecoder {
    GstBin parent;
};
struct OotoFakeDecoderClass {
    GstBinClass parent;
};
G_DEFINE_TYPE(OotoFakeDecoder, ooto_fake_decoder, GST_TYPE_BIN)

static void ooto_fake_decoder_init(OotoFakeDecoder *self)
{
    GstElement *decoder = gst_element_factory_make("jpegdec", nullptr);
    auto *upload = static_cast<GstElement *>(g_object_new(ooto_fake_upload_get_type(), nullptr));
    gst_bin_add_many(GST_BIN(self), decoder, upload, nullptr);
    gst_element_link(decoder, upload);
    const auto expose = [self](GstElement *element, const char *name) {
        GstPad *pad = gst_element_get_static_pad(element, name);
        gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new(name, pad));
        gst_object_unref(pad);
    };
    expose(decoder, "sink");
    expose(upload, "src");
}

static void ooto_fake_decoder_class_init(OotoFakeDecoderClass *klass)
{
    addPad(GST_ELEMENT_CLASS(klass), "sink", GST_PAD_SINK, "image/jpeg");
    addPad(GST_ELEMENT_CLASS(klass), "src", GST_PAD_SRC, gpuCaps);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Fake hardware decoder",
                                          "Codec/Decoder/Image/Hardware", "-", "-");
}

struct OotoStuckSink {
    GstBaseSink parent;
};
struct OotoStuckSinkClass {
    GstBaseSinkClass parent;
};
G_DEFINE_TYPE(OotoStuckSink, ooto_stuck_sink, GST_TYPE_BASE_SINK)

static void ooto_stuck_sink_init(OotoStuckSink *self)
{
    gst_base_sink_set_sync(GST_BASE_SINK(self), FALSE);
    gst_base_sink_set_async_enabled(GST_BASE_SINK(self), FALSE);
}

static void ooto_stuck_sink_class_init(OotoStuckSinkClass *klass)
{
    addPad(GST_ELEMENT_CLASS(klass), "sink", GST_PAD_SINK, systemCaps);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Stuck sink", "Sink", "-", "-");
    GST_BASE_SINK_CLASS(klass)->render = [](GstBaseSink *, GstBuffer *) {
        released.wait(false);
        return GST_FLOW_OK;
    };
}

namespace ooto::test
{

std::atomic<unsigned> &downloads()
{
    static std::atomic<unsigned> count{0};
    return count;
}

void registerFakeGpu()
{
    gst_element_register(nullptr, "gldownload", GST_RANK_NONE, ooto_fake_download_get_type());
    gst_element_register(nullptr, "ootofakedec", GST_RANK_PRIMARY + 1000,
                         ooto_fake_decoder_get_type());
}

void hideFakeGpu()
{
    GstRegistry *registry = gst_registry_get();
    for (const char *name : {"ootofakedec", "gldownload"}) {
        if (GstPluginFeature *feature = gst_registry_lookup_feature(registry, name)) {
            gst_registry_remove_feature(registry, feature);
            gst_object_unref(feature);
        }
    }
}

void registerStuckSink()
{
    gst_element_register(nullptr, "ootostuck", GST_RANK_NONE, ooto_stuck_sink_get_type());
}

void releaseStuckSinks()
{
    released = true;
    released.notify_all();
}

} // namespace ooto::test
