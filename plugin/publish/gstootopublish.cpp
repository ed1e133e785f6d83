// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-ootopublish
 * @title: ootopublish
 * @short_description: Brings what ootoidentify finds to a file, a broker, a web server or a VMS
 *
 * Passes everything through untouched, and sends the events that ootoidentify pushes downstream
 * (`ooto-face`) to the target that #GstOotoPublish:uri names. It may stand anywhere behind
 * ootoidentify, also behind an encoder or a queue; several in a row bring the same to several
 * targets. Elements with the same target and settings share one connection.
 *
 * What came in is on disk within a tenth of a second, and is sent, in order per camera, until the
 * target has acknowledged it: an outage, a crash or a restart loses nothing that is younger than
 * #GstOotoPublish:max-age and fits in #GstOotoPublish:spool-size. Events can come twice; `event-id`
 * tells. An event that waited longer than 2 s has `delayed-ms`. docs/publishing.md has all of it.
 *
 * The element posts `ooto-publish` on the bus when the state of its target changes: uri (scheme and
 * host), state (`ok`, `degraded`, `down`, `unauthorized`, `full`), since, reason, queued, json.
 *
 * The end of the stream is held back until what is queued is acknowledged, for
 * #GstOotoPublish:timeout at most, and not at all where nobody is there to acknowledge it and it is
 * safe in the spool.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 -q filesrc location=clip.mp4 ! decodebin ! videoconvert ! videoflip \
 * video-direction=auto ! ootoidentify camera=clip dry-run=true ! \
 * ootopublish uri=file:///dev/stdout ! fakesink sync=true
 * ]|
 * Prints events as lines of JSON. Nothing is asked, so that they say `pending`.
 *
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! ootoidentify camera=door credentials-file=ooto.conf ! \
 * ootopublish uri=mqtts://ooto@broker.local home-assistant=true credentials-file=ooto.conf ! \
 * ootooverlay ! videoconvert ! autovideosink
 * ]|
 * Who is at the door, in Home Assistant.
 *
 * Since: 0.2.0
 */
#include "publish/gstootopublish.h"

#include "core/base/guarded.h"
#include "element/handles.h"
#include "element/settings_holder.h"
#include "metadata/faces_meta.h"
#include "metadata/requests.h"
#include "publish/debug.h"
#include "publish/feed.h"
#include "publish/properties.h"
#include "publish/publisher.h"
#include "publish/report.h"
#include "system/text_encoding.h"

#include <gst/base/gstbasetransform.h>

#include <memory>
#include <optional>
#include <string>

GST_DEBUG_CATEGORY(gst_ooto_publish_debug);

using namespace ooto;
using publish::Feed;
using publish::Settings;

namespace
{

/** The C++ state behind the GObject. */
struct PublishState {
    element::SettingsHolder<Settings> settings{publish::publishProperties()};
    /** From start to stop. */
    core::Guarded<std::shared_ptr<Feed>> feed;
    core::Guarded<publish::Statistics> lastStatistics;

    std::shared_ptr<Feed> running() { return *feed.lock(); }
    publish::Statistics statistics()
    {
        const auto current = running();
        return current ? current->publisher().statistics() : *lastStatistics.lock();
    }
};

unsigned statsProperty; // set once, with the class
guint forgetSignal;

} // namespace

struct _GstOotoPublish { // NOLINT(bugprone-reserved-identifier): GObject's own
    GstBaseTransform parent;
    PublishState *state; ///< owned
};

G_DEFINE_TYPE_WITH_CODE(GstOotoPublish, gst_ooto_publish, GST_TYPE_BASE_TRANSFORM,
                        GST_DEBUG_CATEGORY_INIT(gst_ooto_publish_debug, "ootopublish", 0,
                                                "brings events about faces to a target"))
GST_ELEMENT_REGISTER_DEFINE(ootopublish, "ootopublish", GST_RANK_NONE, GST_TYPE_OOTO_PUBLISH)

/** Asks ootoidentify for what is not there unless somebody asks. */
static void gst_ooto_publish_want_photos(GstOotoPublish *self, bool photos, bool frames)
{
    const std::string asker = system::validUtf8(GST_OBJECT_NAME(self)) + "-" +
                              std::to_string(reinterpret_cast<std::uintptr_t>(self));
    gst_pad_push_event(
        GST_BASE_TRANSFORM_SINK_PAD(self),
        gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                             metadata::photoWishStructure(
                                 {.asker = asker, .photos = photos, .frames = photos && frames})
                                 .release()));
}

static void gst_ooto_publish_set_property(GObject *object, guint id, const GValue *value,
                                          GParamSpec *pspec)
{
    GstOotoPublish *self = GST_OOTO_PUBLISH(object);
    const auto change = element::setProperty(self->state->settings, object, id, value, pspec);
    const auto feed = self->state->running();
    if (!change || !feed)
        return;
    const Settings &after = change->after;
    feed->configure(after);
    if (after.photos != change->before.photos || after.framePhotos != change->before.framePhotos)
        gst_ooto_publish_want_photos(self, after.photos != publish::Photos::None,
                                     after.framePhotos);
}

static void gst_ooto_publish_get_property(GObject *object, guint id, GValue *value,
                                          GParamSpec *pspec)
{
    PublishState *state = GST_OOTO_PUBLISH(object)->state;
    if (id == statsProperty) {
        g_value_take_boxed(value, publish::statisticsStructure(state->statistics()).release());
        return;
    }
    if (!state->settings.get(id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_ooto_publish_finalize(GObject *object)
{
    delete GST_OOTO_PUBLISH(object)->state;
    G_OBJECT_CLASS(gst_ooto_publish_parent_class)->finalize(object);
}

static publish::FeedHandlers gst_ooto_publish_handlers(GstOotoPublish *self)
{
    // The publisher's thread may be telling while the element goes: a reference for so long.
    struct Weak {
        explicit Weak(gpointer object) { g_weak_ref_init(&ref, object); }
        ~Weak() { g_weak_ref_clear(&ref); }
        Weak(const Weak &) = delete;
        Weak &operator=(const Weak &) = delete;
        GWeakRef ref;
    };
    const auto weak = std::make_shared<Weak>(self);
    const auto element = [weak] {
        return system::ObjectHandle<GstElement>(
            static_cast<GstElement *>(g_weak_ref_get(&weak->ref)));
    };
    return {.onState =
                [element](const publish::StateReport &report) {
                    const auto alive = element();
                    if (!alive)
                        return;
                    GST_INFO_OBJECT(alive.get(), "%s is %s: %s", report.uri.c_str(),
                                    publish::stateName(report.state.kind),
                                    report.state.reason.c_str());
                    gst_element_post_message(
                        alive.get(),
                        gst_message_new_element(GST_OBJECT_CAST(alive.get()),
                                                publish::stateStructure(report).release()));
                },
            .onMistake =
                [element](const std::string &text) {
                    if (const auto alive = element())
                        GST_ELEMENT_ERROR(alive.get(), RESOURCE, SETTINGS, ("%s", text.c_str()),
                                          (nullptr));
                },
            .onWarning =
                [element](const std::string &text) {
                    if (const auto alive = element())
                        GST_ELEMENT_WARNING(alive.get(), RESOURCE, SETTINGS, ("%s", text.c_str()),
                                            (nullptr));
                }};
}

static bool gst_ooto_publish_fail(GstOotoPublish *self, const std::string &text)
{
    // It may name a file, and names of files are bytes.
    GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", system::validUtf8(text).c_str()), (nullptr));
    return false;
}

static bool gst_ooto_publish_open(GstOotoPublish *self, const Settings &settings)
{
    auto publisher = publish::openPublisher(settings);
    if (!publisher)
        return gst_ooto_publish_fail(self, publisher.error());
    for (const std::string &warning : (*publisher)->warnings())
        GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", warning.c_str()), (nullptr));
    const auto feed = std::make_shared<Feed>(*publisher, settings, gst_ooto_publish_handlers(self));
    (*publisher)->join(feed);
    *self->state->feed.lock() = feed;
    return true;
}

static gboolean gst_ooto_publish_start(GstBaseTransform *transform)
{
    GstOotoPublish *self = GST_OOTO_PUBLISH(transform);
    const Settings settings = self->state->settings.start();
    bool opened = false;
    try {
        opened = gst_ooto_publish_open(self, settings);
    } catch (const std::exception &error) {
        // No thread or no memory to be had.
        gst_ooto_publish_fail(self, std::string("It cannot be started: ") + error.what());
    }
    if (!opened)
        self->state->settings.stop();
    return opened;
}

static gboolean gst_ooto_publish_stop(GstBaseTransform *transform)
{
    PublishState *state = GST_OOTO_PUBLISH(transform)->state;
    state->settings.stop();
    std::shared_ptr<Feed> feed;
    state->feed.lock()->swap(feed);
    if (!feed)
        return TRUE;
    feed->leave();
    *state->lastStatistics.lock() = feed->publisher().statistics();
    return TRUE;
}

static GstFlowReturn gst_ooto_publish_transform_ip(GstBaseTransform *transform, GstBuffer *buffer)
{
    const auto feed = GST_OOTO_PUBLISH(transform)->state->running();
    if (!feed)
        return GST_FLOW_OK;
    try {
        feed->buffer(buffer);
    } catch (const std::exception &error) {
        // No memory, most likely; the video goes on.
        GST_WARNING_OBJECT(transform, "a buffer was not looked at: %s", error.what());
    }
    return GST_FLOW_OK;
}

/** What both directions may bring: whom to forget. */
static void gst_ooto_publish_note_forget(GstOotoPublish *self, GstEvent *event)
{
    const auto feed = self->state->running();
    const auto request = metadata::readForgetRequest(gst_event_get_structure(event));
    if (feed && request)
        feed->publisher().forget({request->templateId, request->visitId});
}

static void gst_ooto_publish_note_event(GstOotoPublish *self, const std::shared_ptr<Feed> &feed,
                                        GstEvent *event)
{
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CUSTOM_DOWNSTREAM:
    case GST_EVENT_CUSTOM_DOWNSTREAM_OOB:
        feed->event(event);
        gst_ooto_publish_note_forget(self, event);
        break;
    case GST_EVENT_FLUSH_START:
        feed->interrupt(true);
        break;
    case GST_EVENT_FLUSH_STOP:
        feed->interrupt(false);
        feed->flush();
        break;
    case GST_EVENT_EOS:
        feed->endOfStream();
        break;
    default:
        break;
    }
}

static gboolean gst_ooto_publish_sink_event(GstBaseTransform *transform, GstEvent *event)
{
    GstOotoPublish *self = GST_OOTO_PUBLISH(transform);
    const auto feed = self->state->running();
    const bool isStreamStart = GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START;
    if (feed)
        gst_ooto_publish_note_event(self, feed, event);
    const gboolean passed =
        GST_BASE_TRANSFORM_CLASS(gst_ooto_publish_parent_class)->sink_event(transform, event);
    if (feed && isStreamStart) {
        // Also where none are wanted: the answer says how the service is.
        const std::shared_ptr<const Settings> settings = feed->settings();
        gst_ooto_publish_want_photos(self, settings->photos != publish::Photos::None,
                                     settings->framePhotos);
    }
    return passed;
}

static gboolean gst_ooto_publish_src_event(GstBaseTransform *transform, GstEvent *event)
{
    if (GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM)
        gst_ooto_publish_note_forget(GST_OOTO_PUBLISH(transform), event);
    return GST_BASE_TRANSFORM_CLASS(gst_ooto_publish_parent_class)->src_event(transform, event);
}

static void gst_ooto_publish_forget(GstOotoPublish *self, const gchar *templateId,
                                    const gchar *visitId)
{
    const metadata::ForgetRequest request{.templateId = templateId ? templateId : "",
                                          .visitId = visitId ? visitId : ""};
    if (request.empty())
        return;
    if (const auto feed = self->state->running())
        feed->publisher().forget({request.templateId, request.visitId});
    gst_pad_push_event(GST_BASE_TRANSFORM_SINK_PAD(self),
                       gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                            metadata::forgetStructure(request).release()));
    gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(self),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                                            metadata::forgetStructure(request).release()));
}

static GstStateChangeReturn gst_ooto_publish_change_state(GstElement *element,
                                                          GstStateChange transition)
{
    const auto feed = GST_OOTO_PUBLISH(element)->state->running();
    // The streaming thread may be holding the end back, and has to return before pads stop.
    if (feed && transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        feed->interrupt(true);
    if (feed && transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
        feed->setPlaying(false);
    const GstStateChangeReturn changed =
        GST_ELEMENT_CLASS(gst_ooto_publish_parent_class)->change_state(element, transition);
    if (feed && transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
        feed->setPlaying(true);
    return changed;
}

static void gst_ooto_publish_init(GstOotoPublish *self)
{
    self->state = new PublishState();
    GstBaseTransform *transform = GST_BASE_TRANSFORM(self);
    gst_base_transform_set_in_place(transform, TRUE);
    gst_base_transform_set_passthrough(transform, TRUE);
    gst_base_transform_set_gap_aware(transform, TRUE);
    gst_base_transform_set_qos_enabled(transform, FALSE);
}

static void gst_ooto_publish_class_init(GstOotoPublishClass *klass)
{
    metadata::registerFacesMeta();

    GObjectClass *object = G_OBJECT_CLASS(klass);
    object->set_property = gst_ooto_publish_set_property;
    object->get_property = gst_ooto_publish_get_property;
    object->finalize = gst_ooto_publish_finalize;
    statsProperty = publish::publishProperties().install(object) + 1;
    g_object_class_install_property(
        object, statsProperty,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Counters since the target was opened: events, sent, acknowledged, retries, rejected, "
            "expired, dropped, photos-dropped, events-lost; and of now: spooled, spool-bytes, "
            "oldest (s), in-flight, connected, rtt (ms). Elements that share a target share them",
            GST_TYPE_STRUCTURE,
            static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

    /**
     * GstOotoPublish::forget:
     * @template_id: (nullable): a person that the service knows, or NULL
     * @visit_id: (nullable): one stay of anybody, or NULL
     *
     * Deletes what is stored of a person; one of the two is enough. Events that wait go, and so do
     * photos in #GstOotoPublish:photo-dir and retained states of MQTT. An event `ooto-forget` up
     * and down the stream has the same done by ootoidentify and other publishers. What targets have
     * got already has to be deleted there. Any thread.
     *
     * Since: 0.2.0
     */
    forgetSignal =
        g_signal_new_class_handler("forget", G_TYPE_FROM_CLASS(klass),
                                   static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                                   G_CALLBACK(gst_ooto_publish_forget), nullptr, nullptr, nullptr,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    element->change_state = gst_ooto_publish_change_state;
    gst_element_class_set_static_metadata(
        element, "OOTO publisher", "Filter/Analyzer/Video",
        "Brings what ootoidentify finds to a file, a socket, an MQTT broker (with Home Assistant) "
        "or a web server, in order and at least once, and never holds the video up. Events read: "
        "ooto-face, ooto-service, ooto-camera, ooto-forget. Metadata read: OotoFaces. Message: "
        "ooto-publish "
        "(the target's state changes). Action: forget",
        "gst-ooto developers");
    const element::CapsHandle caps(gst_caps_new_any());
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps.get()));
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get()));

    GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(klass);
    transform->start = gst_ooto_publish_start;
    transform->stop = gst_ooto_publish_stop;
    transform->sink_event = gst_ooto_publish_sink_event;
    transform->src_event = gst_ooto_publish_src_event;
    transform->transform_ip = gst_ooto_publish_transform_ip;
    transform->transform_ip_on_passthrough = TRUE;
}
