// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera_source.h"

#include "camera/hand_over.h"
#include "element/handles.h"

#include <gst/rtsp/gstrtsptransport.h>

#include <string_view>
#include <utility>

namespace ooto::watch
{

namespace
{

bool startsWith(const char *text, std::string_view begin)
{
    return text && std::string_view(text).starts_with(begin);
}

std::string schemeOf(const std::string &uri)
{
    return uri.substr(0, uri.find(':'));
}

int protocolsOf(Transport transport)
{
    switch (transport) {
    case Transport::Tcp:
        return GST_RTSP_LOWER_TRANS_TCP;
    case Transport::Udp:
        return GST_RTSP_LOWER_TRANS_UDP;
    case Transport::Auto:
        break;
    }
    return GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_UDP_MCAST | GST_RTSP_LOWER_TRANS_TCP;
}

std::string missing(const char *factory)
{
    return std::string("GStreamer's element ") + factory + " is not installed.";
}

/** Never with a part of the line: it may have a password in it. */
std::string launchTrouble(const GError *error)
{
    if (error && error->domain == GST_PARSE_ERROR) {
        switch (error->code) {
        case GST_PARSE_ERROR_NO_SUCH_ELEMENT:
            return "launch: an element in it is not installed.";
        case GST_PARSE_ERROR_NO_SUCH_PROPERTY:
        case GST_PARSE_ERROR_COULD_NOT_SET_PROPERTY:
            return "launch: an element in it has no such property, or no such value of it.";
        case GST_PARSE_ERROR_LINK:
            return "launch: two of its elements cannot be linked.";
        case GST_PARSE_ERROR_EMPTY:
            return "launch: it is empty.";
        default:
            break;
        }
    }
    return "launch: it is no line that gst-launch takes.";
}

element::CapsHandle capsOf(GstPad *pad)
{
    GstCaps *caps = gst_pad_get_current_caps(pad);
    return element::CapsHandle(caps ? caps : gst_pad_query_caps(pad, nullptr));
}

const char *typeOf(const GstCaps *caps)
{
    return caps && gst_caps_get_size(caps) > 0
               ? gst_structure_get_name(gst_caps_get_structure(caps, 0))
               : nullptr;
}

} // namespace

core::Expected<std::unique_ptr<CameraSource>, std::string>
CameraSource::make(GstBin *pipeline, const CameraConfig &config, SourceHandlers handlers)
{
    std::unique_ptr<CameraSource> source(new CameraSource(pipeline, config, std::move(handlers)));
    std::string trouble;
    if (config.uri.empty())
        trouble = source->makeLaunch();
    else if (config.uri.starts_with("rtsp"))
        trouble = source->makeRtsp();
    else
        trouble = source->makeUri();
    if (!trouble.empty())
        return trouble;
    return source;
}

CameraSource::CameraSource(GstBin *pipeline, const CameraConfig &config, SourceHandlers handlers)
    : pipeline_(pipeline), config_(config), handlers_(std::move(handlers))
{
}

bool CameraSource::has(GstObject *object) const
{
    for (const GstElement *mine : {source_, decoder_}) {
        if (mine && (object == GST_OBJECT_CAST(mine) ||
                     gst_object_has_as_ancestor(object, GST_OBJECT_CAST(mine))))
            return true;
    }
    return false;
}

GstElement *CameraSource::add(const char *factory)
{
    GstElement *element = gst_element_factory_make(factory, nullptr);
    if (element)
        gst_bin_add(pipeline_, element);
    return element;
}

GstElement *CameraSource::addDecoder()
{
    decoder_ = add("decodebin");
    if (!decoder_)
        return nullptr;
    g_signal_connect(decoder_, "pad-added", G_CALLBACK(onDecodedPad), this);
    g_signal_connect(decoder_, "no-more-pads", G_CALLBACK(onNoMorePads), this);
    g_signal_connect(decoder_, "autoplug-continue", G_CALLBACK(continues), this);
    const system::ObjectHandle<GstPad> sink(gst_element_get_static_pad(decoder_, "sink"));
    gst_pad_add_probe(
        sink.get(),
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        [](GstPad *, GstPadProbeInfo *, gpointer self) {
            HandOver::take();
            static_cast<CameraSource *>(self)->handlers_.onData();
            return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    return decoder_;
}

std::string CameraSource::makeRtsp()
{
    source_ = add("rtspsrc");
    if (!source_)
        return missing("rtspsrc");
    g_object_set(source_, "location", config_.uri.c_str(), "latency",
                 static_cast<guint>(config_.latency.count()), "protocols",
                 protocolsOf(config_.transport), "add-reference-timestamp-meta", TRUE, nullptr);
    if (!config_.userId.empty())
        g_object_set(source_, "user-id", config_.userId.c_str(), nullptr);
    if (!config_.userPw.empty())
        g_object_set(source_, "user-pw", config_.userPw.reveal(), nullptr);
    g_signal_connect(source_, "select-stream", G_CALLBACK(selectStream), this);
    g_signal_connect(source_, "pad-added", G_CALLBACK(onRtspPad), this);
    return addDecoder() ? std::string() : missing("decodebin");
}

std::string CameraSource::makeUri()
{
    source_ = add("uridecodebin");
    if (!source_)
        return missing("uridecodebin");
    needsPace_ = schemeOf(config_.uri) != "v4l2";
    decoder_ = source_;
    g_object_set(source_, "uri", config_.uri.c_str(), nullptr);
    g_signal_connect(source_, "pad-added", G_CALLBACK(onDecodedPad), this);
    g_signal_connect(source_, "no-more-pads", G_CALLBACK(onNoMorePads), this);
    g_signal_connect(source_, "autoplug-continue", G_CALLBACK(continues), this);
    g_signal_connect(source_, "source-setup", G_CALLBACK(onSourceSetup), this);
    return {};
}

std::string CameraSource::makeLaunch()
{
    system::ErrorHandle error;
    // With an element behind it the line may end in caps, or in pads that come later.
    constexpr const char *endName = "ooto-launch-end";
    const system::Secret line(std::string(config_.launch.reveal()) +
                              " ! identity silent=true name=" + endName);
    // Unlinked pads are not to be ghosted: pads that come later would find no place to go.
    GstElement *bin = gst_parse_bin_from_description_full(
        line.reveal(), FALSE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, system::ErrorOut(error));
    if (!bin)
        return launchTrouble(error.get());
    gst_bin_add(pipeline_, bin);
    const system::ObjectHandle<GstElement> end(gst_bin_get_by_name(GST_BIN_CAST(bin), endName));
    const system::ObjectHandle<GstPad> pad(gst_element_get_static_pad(end.get(), "src"));
    gst_element_add_pad(bin, gst_ghost_pad_new("src", pad.get()));
    source_ = bin;
    if (!addDecoder())
        return missing("decodebin");
    if (!gst_element_link(source_, decoder_))
        return "launch: it has no end from which video could come.";
    return {};
}

/** Sound and metadata are not even asked for. */
gboolean CameraSource::selectStream(GstElement *, guint number, GstCaps *caps, CameraSource *self)
{
    HandOver::take();
    self->offered_ = true;
    const GstStructure *stream =
        caps && gst_caps_get_size(caps) > 0 ? gst_caps_get_structure(caps, 0) : nullptr;
    const char *media = stream ? gst_structure_get_string(stream, "media") : nullptr;
    if (!startsWith(media, "video"))
        return FALSE;
    int none = -1;
    self->chosen_.compare_exchange_strong(none, static_cast<int>(number));
    return self->chosen_ == static_cast<int>(number);
}

void CameraSource::onRtspPad(GstElement *, GstPad *pad, CameraSource *self)
{
    HandOver::take();
    if (!GST_PAD_IS_SRC(pad))
        return;
    const system::ObjectHandle<GstPad> sink(gst_element_get_static_pad(self->decoder_, "sink"));
    if (!gst_pad_is_linked(sink.get()))
        gst_pad_link(pad, sink.get());
}

void CameraSource::onDecodedPad(GstElement *, GstPad *pad, CameraSource *self)
{
    HandOver::take();
    if (!GST_PAD_IS_SRC(pad))
        return;
    const element::CapsHandle caps = capsOf(pad);
    if (!startsWith(typeOf(caps.get()), "video/x-raw")) {
        self->discard(pad);
        return;
    }
    self->hasVideo_ = true;
    self->handlers_.onPad(pad);
    if (!gst_pad_is_linked(pad))
        self->discard(pad);
}

void CameraSource::onNoMorePads(GstElement *, CameraSource *self)
{
    HandOver::take();
    if (!self->hasVideo_)
        self->handlers_.onNoVideo();
}

/** What is no picture is not decoded. */
gboolean CameraSource::continues(GstElement *, GstPad *, GstCaps *caps, CameraSource *)
{
    const char *type = typeOf(caps);
    return !startsWith(type, "audio/") && !startsWith(type, "text/") &&
           !startsWith(type, "subpicture/");
}

void CameraSource::onSourceSetup(GstElement *, GstElement *source, CameraSource *self)
{
    HandOver::take();
    GObjectClass *properties = G_OBJECT_GET_CLASS(source);
    if (!self->config_.userId.empty() && g_object_class_find_property(properties, "user-id"))
        g_object_set(source, "user-id", self->config_.userId.c_str(), nullptr);
    if (!self->config_.userPw.empty() && g_object_class_find_property(properties, "user-pw"))
        g_object_set(source, "user-pw", self->config_.userPw.reveal(), nullptr);
}

/** A stream that nobody takes would end the others. */
void CameraSource::discard(GstPad *pad)
{
    GstElement *drain = add("fakesink");
    if (!drain)
        return;
    g_object_set(drain, "async", FALSE, "enable-last-sample", FALSE, nullptr);
    gst_element_sync_state_with_parent(drain);
    const system::ObjectHandle<GstPad> sink(gst_element_get_static_pad(drain, "sink"));
    gst_pad_link(pad, sink.get());
}

} // namespace ooto::watch
