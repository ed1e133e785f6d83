// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-ootoidentify
 * @title: ootoidentify
 * @short_description: Finds faces in a live video and asks a service who they are
 * @see_also: ootooverlay
 *
 * The video never waits: frames are looked at beside the stream, at
 * #GstOotoIdentify:analysis-rate, photos are posted by a network thread, and answers are attached
 * to the frames on which the face is still in view.
 *
 * Every buffer carries the custom meta `OotoFaces`, a structure whose field `faces` is an array
 * with one structure per face in view (empty when there is none). Each face is there as a
 * #GstVideoRegionOfInterestMeta of type "face" and, where the plugin was built with GStreamer 1.24
 * or later, as GstAnalytics metadata, too.
 *
 * Element messages `ooto-face` tell when a face comes (`new`), is answered (`answered`), changes
 * (`updated`) and leaves (`end`). Serialized downstream events with the same structure tell the
 * same, in order with the buffers. Messages `ooto-service` tell when the service's state changes,
 * and `ooto-notice` what else people should know. `ooto-service` is an event downstream, too, with
 * the number of the day's requests.
 *
 * Events carry photos of the faces when an element downstream asks for them by an upstream event
 * `ooto-want-photos`. The action #GstOotoIdentify::forget and the event `ooto-forget` have a person
 * forgotten.
 *
 * A property that takes effect at the next start may be set while playing: a warning says so, and
 * the property reads back what is in effect until then.
 *
 * Credentials come from #GstOotoIdentify:credentials-file, or from the environment variables
 * OOTO_APP_ID and OOTO_APP_KEY.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 -m videotestsrc is-live=true num-buffers=100 ! ootoidentify dry-run=true ! \
 * fakesink sync=true
 * ]|
 * Tries the plugin without an account: nothing is sent.
 *
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! ootoidentify credentials-file=ooto.conf \
 * ! ootooverlay ! videoconvert ! autovideosink
 * ]|
 * Names the people in front of a webcam.
 *
 * |[
 * gst-launch-1.0 rtspsrc location=rtsp://camera.local/stream protocols=tcp latency=200 \
 * add-reference-timestamp-meta=true ! application/x-rtp,media=video ! decodebin ! videoconvert ! \
 * videoflip video-direction=auto ! ootoidentify credentials-file=ooto.conf check-liveness=true ! \
 * ootooverlay ! videoconvert ! autovideosink
 * ]|
 * The same for a network camera, with a liveness check.
 */
#include "identify/gstootoidentify.h"

#include "element/frame_clock.h"
#include "element/settings_holder.h"
#include "identify/debug.h"
#include "identify/detector_choice.h"
#include "identify/properties.h"
#include "identify/stream.h"
#include "metadata/picture.h"
#include "metadata/requests.h"
#include "system/text_encoding.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

GST_DEBUG_CATEGORY(gst_ooto_identify_debug);

using namespace ooto;
using identify::Settings;
using identify::Stream;

namespace
{

/** The C++ state behind the GObject. */
struct IdentifyState {
    element::SettingsHolder<Settings> settings{identify::identifyProperties()};
    /** From start to stop. */
    core::Guarded<std::shared_ptr<Stream>> stream;
    /** Of the last run, so that counters can be read after the end, too. */
    core::Guarded<identify::Statistics> lastStatistics;

    // Streaming thread only.
    element::FrameClock clock;
    GstVideoInfo info{};

    std::shared_ptr<Stream> running() { return *stream.lock(); }
    identify::Statistics statistics()
    {
        const auto current = running();
        return current ? current->statistics() : *lastStatistics.lock();
    }
};

unsigned statsProperty; // set once, with the class

} // namespace

struct _GstOotoIdentify { // NOLINT(bugprone-reserved-identifier): GObject's own
    GstBaseTransform parent;
    IdentifyState *state; ///< owned
};

G_DEFINE_TYPE_WITH_CODE(GstOotoIdentify, gst_ooto_identify, GST_TYPE_BASE_TRANSFORM,
                        GST_DEBUG_CATEGORY_INIT(gst_ooto_identify_debug, "ootoidentify", 0,
                                                "OOTO face identification"))
GST_ELEMENT_REGISTER_DEFINE(ootoidentify, "ootoidentify", GST_RANK_NONE, GST_TYPE_OOTO_IDENTIFY)

static void gst_ooto_identify_set_property(GObject *object, guint id, const GValue *value,
                                           GParamSpec *pspec)
{
    IdentifyState *state = GST_OOTO_IDENTIFY(object)->state;
    const auto change = element::setProperty(state->settings, object, id, value, pspec);
    const auto stream = state->running();
    if (change && stream)
        stream->configure(change->after);
}

static void gst_ooto_identify_get_property(GObject *object, guint id, GValue *value,
                                           GParamSpec *pspec)
{
    IdentifyState *state = GST_OOTO_IDENTIFY(object)->state;
    if (id == statsProperty) {
        g_value_take_boxed(value, state->statistics().toStructure().release());
        return;
    }
    if (!state->settings.get(id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_ooto_identify_finalize(GObject *object)
{
    delete GST_OOTO_IDENTIFY(object)->state;
    G_OBJECT_CLASS(gst_ooto_identify_parent_class)->finalize(object);
}

/** A text for people where the settings cannot work. */
static bool gst_ooto_identify_fail(GstOotoIdentify *self, const std::string &text)
{
    // It may name a file, and names of files are bytes.
    GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", system::validUtf8(text).c_str()), (nullptr));
    return false;
}

/** What machines share, and where. */
static bool gst_ooto_identify_share(GstOotoIdentify *self, const Settings &settings,
                                    service::ConnectionSettings &connection)
{
    std::string error;
    connection.sharedState = settings.sharedState;
    connection.sharedStatePassword =
        service::findSharedStatePassword(settings.credentialsFile, error);
    if (error.empty())
        error = service::checkSharedState(settings.sharedState,
                                          !connection.sharedStatePassword.empty());
    return error.empty() || gst_ooto_identify_fail(self, error);
}

static bool gst_ooto_identify_connect(GstOotoIdentify *self, const Settings &settings,
                                      identify::CredentialsSource &credentials,
                                      service::ConnectionSettings &connection)
{
    const std::string endpointError = service::checkEndpoint(settings.endpoint, settings.allowHttp);
    if (!endpointError.empty())
        return gst_ooto_identify_fail(self, endpointError);
    const std::string proxyError =
        service::checkProxy(settings.proxy, settings.endpoint, settings.allowHttp);
    if (!proxyError.empty())
        return gst_ooto_identify_fail(self, proxyError);
    const std::string credentialsError = credentials.load();
    if (!credentialsError.empty() && !settings.dryRun)
        return gst_ooto_identify_fail(self, credentialsError);
    connection.endpoint = settings.endpoint;
    connection.appId = credentials.current().appId;
    connection.sslStrict = settings.sslStrict;
    connection.sslCaFile = settings.sslCaFile;
    connection.userAgent = settings.userAgent;
    connection.proxy = settings.proxy;
    connection.proxyId = settings.proxyId;
    connection.proxyPassword = settings.proxyPassword;
    return settings.sharedState.empty() || gst_ooto_identify_share(self, settings, connection);
}

static bool gst_ooto_identify_open(GstOotoIdentify *self, const Settings &settings)
{
    identify::CredentialsSource credentials({settings.appId, settings.appKey},
                                            settings.credentialsFile);
    service::ConnectionSettings connection;
    if (!gst_ooto_identify_connect(self, settings, credentials, connection))
        return false;

    identify::ChosenDetector chosen = identify::chooseDetector(settings.detector, settings.model);
    if (!chosen.error.empty())
        return gst_ooto_identify_fail(self, chosen.error);
    if (!settings.sslStrict && g_ascii_strncasecmp(settings.endpoint.c_str(), "https:", 6) == 0)
        GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS,
                            ("With ssl-strict=false any server is believed to be %s: faces and "
                             "the key go to whoever answers there.",
                             settings.endpoint.c_str()),
                            ("Trust the server's certificate authority with ssl-ca-file instead."));
    if (!chosen.notice.empty())
        GST_ELEMENT_WARNING(self, RESOURCE, NOT_FOUND, ("%s", chosen.notice.c_str()), (nullptr));
    GST_INFO_OBJECT(self, "faces are found by %s",
                    chosen.detectors ? chosen.detectors->name() : "nobody: the frame is one face");

    const bool haveCredentials = !credentials.current().appKey.empty();
    auto stream =
        std::make_shared<Stream>(GST_ELEMENT_CAST(self), settings, std::move(chosen.detectors),
                                 std::move(credentials), chosen.notice);
    if (haveCredentials) {
        const std::string error = stream->connect(connection);
        if (!error.empty())
            return gst_ooto_identify_fail(self, error);
    }
    self->state->clock = {};
    *self->state->stream.lock() = stream;
    // Whatever was set while the detector was being loaded.
    stream->configure(self->state->settings.current());
    return true;
}

/** The action `forget`. */
static void gst_ooto_identify_forget(GstOotoIdentify *self, const gchar *templateId,
                                     const gchar *visitId)
{
    const metadata::ForgetRequest request{.templateId = templateId ? templateId : "",
                                          .visitId = visitId ? visitId : ""};
    if (request.empty()) {
        GST_WARNING_OBJECT(self, "nobody is forgotten: there is no template id and no visit id");
        return;
    }
    if (const auto stream = self->state->running())
        stream->forget(request, true);
    // At once, past what is queued: the stream may stand still. In order it is told once more.
    gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(self),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
                                            metadata::forgetStructure(request).release()));
    gst_pad_push_event(GST_BASE_TRANSFORM_SINK_PAD(self),
                       gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                            metadata::forgetStructure(request).release()));
}

static gboolean gst_ooto_identify_start(GstBaseTransform *transform)
{
    GstOotoIdentify *self = GST_OOTO_IDENTIFY(transform);
    const Settings settings = self->state->settings.start();
    bool opened = false;
    try {
        opened = gst_ooto_identify_open(self, settings);
    } catch (const std::exception &error) {
        // No thread or no memory to be had.
        gst_ooto_identify_fail(self, std::string("It cannot be started: ") + error.what());
    }
    if (!opened)
        self->state->settings.stop();
    return opened;
}

static gboolean gst_ooto_identify_stop(GstBaseTransform *transform)
{
    IdentifyState *state = GST_OOTO_IDENTIFY(transform)->state;
    state->settings.stop();
    // Whoever reads them while it stops is not to read less than before.
    if (const auto running = state->running()) {
        identify::Statistics statistics = running->statistics();
        *state->lastStatistics.lock() = std::move(statistics);
    }
    std::shared_ptr<Stream> stream;
    state->stream.lock()->swap(stream);
    if (!stream)
        return TRUE;
    stream->stop();
    identify::Statistics statistics = stream->statistics();
    *state->lastStatistics.lock() = std::move(statistics);
    return TRUE;
}

static gboolean gst_ooto_identify_set_caps(GstBaseTransform *transform, GstCaps *in, GstCaps *)
{
    return gst_video_info_from_caps(&GST_OOTO_IDENTIFY(transform)->state->info, in);
}

static gboolean gst_ooto_identify_propose_allocation(GstBaseTransform *transform, GstQuery *,
                                                     GstQuery *query)
{
    // What downstream wants of buffers is what we want: they pass through as they are.
    return gst_pad_peer_query(transform->srcpad, query);
}

static GstFlowReturn gst_ooto_identify_prepare_output_buffer(GstBaseTransform *, GstBuffer *in,
                                                             GstBuffer **out)
{
    // Only metadata is added, so a shared buffer costs a new header, not a copy of the pixels
    // (unless its memory may not be shared).
    *out = gst_buffer_is_writable(in) ? in : gst_buffer_copy(in);
    return GST_FLOW_OK;
}

static GstFlowReturn gst_ooto_identify_transform_ip(GstBaseTransform *transform, GstBuffer *buffer)
{
    IdentifyState *state = GST_OOTO_IDENTIFY(transform)->state;
    const auto stream = state->running();
    if (!stream)
        return GST_FLOW_FLUSHING;
    const core::FrameTimes times =
        state->clock.timesOf(GST_ELEMENT_CAST(transform), buffer, transform->segment, state->info);
    if (!state->clock.complaint().empty())
        GST_ELEMENT_WARNING(transform, STREAM, FORMAT, ("%s", state->clock.complaint().c_str()),
                            ("Set do-timestamp=true at the source, or a right frame rate."));
    try {
        if (const auto ahead = state->clock.cameraAhead())
            stream->noteCameraClock(*ahead);
        stream->frame(buffer, state->info, times);
    } catch (const std::exception &error) {
        // No memory, most likely; whatever was to be attached, the video goes on.
        GST_WARNING_OBJECT(transform, "a frame passed without its faces: %s", error.what());
        stream->lostFrame();
    }
    return GST_FLOW_OK;
}

static void gst_ooto_identify_note_tags(const std::shared_ptr<Stream> &stream, GstEvent *event)
{
    GstTagList *tags = nullptr;
    gst_event_parse_tag(event, &tags);
    const gchar *orientation = nullptr;
    if (gst_tag_list_peek_string_index(tags, GST_TAG_IMAGE_ORIENTATION, 0, &orientation))
        stream->noteOrientation(orientation);
}

static gboolean gst_ooto_identify_sink_event(GstBaseTransform *transform, GstEvent *event)
{
    IdentifyState *state = GST_OOTO_IDENTIFY(transform)->state;
    if (const auto stream = state->running()) {
        if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) {
            stream->interrupt(true);
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
            stream->interrupt(false);
            state->clock.startAnew();
            stream->flush();
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
            state->clock.startAnew();
            stream->endOfStream();
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_GAP) {
            stream->gap(state->clock.timesOfGap(event, transform->segment));
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
            state->clock.noteSegment();
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) {
            if (state->clock.noteStreamStart(event))
                stream->anotherPicture();
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
            gst_ooto_identify_note_tags(stream, event);
        } else if (const auto forget =
                       metadata::readForgetRequest(gst_event_get_structure(event))) {
            stream->forget(*forget, false);
        }
    }
    return GST_BASE_TRANSFORM_CLASS(gst_ooto_identify_parent_class)->sink_event(transform, event);
}

/** What those downstream ask for; who is upstream hears of it, too. */
static gboolean gst_ooto_identify_src_event(GstBaseTransform *transform, GstEvent *event)
{
    const auto wish = metadata::readPhotoWish(gst_event_get_structure(event));
    const auto forget = metadata::readForgetRequest(gst_event_get_structure(event));
    const bool isOurs = wish || forget;
    if (const auto stream = isOurs ? GST_OOTO_IDENTIFY(transform)->state->running() : nullptr) {
        if (wish)
            stream->notePhotoWish(*wish);
        // Other branches of the stream are to hear of it, too.
        if (forget)
            stream->forget(*forget, true);
    }
    const gboolean passed =
        GST_BASE_TRANSFORM_CLASS(gst_ooto_identify_parent_class)->src_event(transform, event);
    // It was heard here, whoever is upstream.
    return isOurs ? TRUE : passed;
}

static GstStateChangeReturn gst_ooto_identify_change_state(GstElement *element,
                                                           GstStateChange transition)
{
    // The streaming thread may be waiting for answers, and has to return before pads stop.
    const auto stream = GST_OOTO_IDENTIFY(element)->state->running();
    if (stream && transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        stream->interrupt(true);
    return GST_ELEMENT_CLASS(gst_ooto_identify_parent_class)->change_state(element, transition);
}

static void gst_ooto_identify_init(GstOotoIdentify *self)
{
    self->state = new IdentifyState();
    GstBaseTransform *transform = GST_BASE_TRANSFORM(self);
    gst_base_transform_set_in_place(transform, TRUE);
    gst_base_transform_set_passthrough(transform, FALSE);
    gst_base_transform_set_gap_aware(transform, TRUE);
    gst_base_transform_set_qos_enabled(transform, FALSE);
}

static void gst_ooto_identify_class_init(GstOotoIdentifyClass *klass)
{
    metadata::registerFacesMeta();
    gst_type_mark_as_plugin_api(metadata::pictureType(), static_cast<GstPluginAPIFlags>(0));

    GObjectClass *object = G_OBJECT_CLASS(klass);
    object->set_property = gst_ooto_identify_set_property;
    object->get_property = gst_ooto_identify_get_property;
    object->finalize = gst_ooto_identify_finalize;
    statsProperty = identify::identifyProperties().install(object) + 1;
    g_object_class_install_property(
        object, statsProperty,
        g_param_spec_boxed("stats", "Statistics",
                           "Counters since the element started: frames, samples, tracks, visits, "
                           "requests, answers, errors by kind, round trip times in ms, and the "
                           "element's own time in the streaming thread in us; the last two also "
                           "in s as the structures round-trips and streaming {le-BOUND (how many "
                           "were not above it), count, sum}; budget-left is absent without a limit",
                           GST_TYPE_STRUCTURE,
                           static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

    /**
     * GstOotoIdentify::forget:
     * @template_id: (nullable): whom the service calls so
     * @visit_id: (nullable): whose visit this is
     *
     * Forgets a person; one of the two is enough. Of those in view the answer, the name and the
     * photos go; the face is `unavailable` (`forgotten`) from then on, and is not asked about again
     * as long as it is followed. A reply that is under way, or that names the same template within
     * the next ten minutes, names nobody. An event `ooto-forget` tells all who are up and down the
     * stream: at once, and in order with the buffers. Photos that were handed out already are not
     * taken back, and the service keeps what it knows. Any thread.
     */
    g_signal_new_class_handler("forget", G_TYPE_FROM_CLASS(klass),
                               static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                               G_CALLBACK(gst_ooto_identify_forget), nullptr, nullptr, nullptr,
                               G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    element->change_state = gst_ooto_identify_change_state;
    gst_element_class_set_static_metadata(
        element, "OOTO face identification", "Filter/Analyzer/Video",
        "Finds faces, asks an HTTP service who they are, and attaches the answers to the buffers, "
        "without ever holding the video up. Metadata: OotoFaces on every buffer, a region of "
        "interest of type face per face, and GstAnalytics where built with GStreamer 1.24 or "
        "later. Messages: ooto-face (a face comes, is answered, changes, leaves), ooto-service "
        "(the service's state changes), ooto-notice (what else people should know). Events "
        "downstream: ooto-face, ahead of the buffer that it is true for; ooto-service. Action: "
        "forget",
        "gst-ooto developers");
    const element::CapsHandle caps(
        gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps.get()));
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get()));

    GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(klass);
    transform->start = gst_ooto_identify_start;
    transform->set_caps = gst_ooto_identify_set_caps;
    transform->propose_allocation = gst_ooto_identify_propose_allocation;
    transform->sink_event = gst_ooto_identify_sink_event;
    transform->src_event = gst_ooto_identify_src_event;
    transform->prepare_output_buffer = gst_ooto_identify_prepare_output_buffer;
    transform->transform_ip = gst_ooto_identify_transform_ip;
    transform->stop = gst_ooto_identify_stop;
}
