// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-ootooverlay
 * @title: ootooverlay
 * @short_description: Draws boxes, names and verdicts of identified faces into the video
 *
 * Draws what the `OotoFaces` metadata of each buffer says, as ootoidentify attaches it: a box per
 * face in a colour per status (blue: pending, green: identified, yellow: unknown, red: spoof,
 * purple: no answer), the name or the first characters of the template id, the similarity, and
 * whether the face is a live one. In a corner it says what troubles the identify service, if
 * anything does, and what else there is to know, such as a detector that fell back to another.
 * A buffer without `OotoFaces` gets boxes for its regions of interest of type "face" (in white).
 *
 * Every raw video format in system memory works. Where downstream can blend by itself (it accepts
 * the caps feature `meta:GstVideoOverlayComposition` and its answer to the ALLOCATION query names
 * that meta), a GstVideoOverlayCompositionMeta is attached and the picture left as it is. Buffers
 * with nothing to draw on pass untouched; those that others hold too are copied before drawing.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! video/x-raw,width=640,height=480 ! ootooverlay \
 *     ! videoconvert ! autovideosink
 * ]|
 * A pipeline to which one may add ootoidentify: without metadata the picture stays as it is.
 * |[
 * gst-launch-1.0 filesrc location=people.mp4 ! decodebin ! videoconvert ! \
 *     videoflip video-direction=auto ! ootoidentify ! \
 *     ootooverlay text-scale=1.5 line-width=6 ! videoconvert ! autovideosink
 * ]|
 * Larger text and thicker lines, for a screen that is far away.
 */
#include "overlay/gstootooverlay.h"

#include "core/base/guarded.h"
#include "element/property_table.h"
#include "overlay/face_painter.h"
#include "overlay/frame_blender.h"

#include <optional>

GST_DEBUG_CATEGORY_STATIC(gst_ooto_overlay_debug);
#define GST_CAT_DEFAULT gst_ooto_overlay_debug

#define COMPOSITION_FEATURE GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION
#define OVERLAY_CAPS                                                                               \
    GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)                                                     \
    ";" GST_VIDEO_CAPS_MAKE_WITH_FEATURES(COMPOSITION_FEATURE, GST_VIDEO_FORMATS_ALL)

namespace
{

using namespace ooto;
using namespace ooto::overlay;

struct OverlayState {
    ooto::core::Guarded<OverlaySettings> settings; ///< written by any thread

    // Bound to the streaming thread, which runs between start() and stop().
    GstVideoInfo info{};
    bool attaches = false; ///< downstream blends, we only attach the composition
    std::optional<FacePainter> painter;
    GstVideoOverlayComposition *composition = nullptr; ///< for this buffer; the painter's
};

/** Made with the class; GObject owns the param specs. */
const element::PropertyTable<OverlaySettings> &properties()
{
    using element::real;
    using element::toggle;
    constexpr auto flags = static_cast<GParamFlags>(element::whilePlaying | GST_PARAM_CONTROLLABLE);
    static const element::PropertyTable<OverlaySettings> table(
        {toggle(&OverlaySettings::drawLabels, "draw-labels", "Draw labels",
                "Write beside each face who it is, how similar, and whether live", flags),
         toggle(&OverlaySettings::drawNotices, "draw-notices", "Draw notices",
                "Write in a corner what troubles the identify service or needs doing", flags),
         real(&OverlaySettings::lineWidthPx, "line-width", "Line width",
              "Width of a box's coloured line in pixels of the frame, without its "
              "dark edges (0 = by the frame's size: 2 at 480x270, 4 at 1920x1080)",
              0, 100, flags),
         real(&OverlaySettings::textScale, "text-scale", "Text scale",
              "Size of text as a multiple of the automatic one, which is 2.2 % of "
              "the frame's shorter side and at least 11 pixels",
              0.25, 10, flags)});
    return table;
}

GstStaticPadTemplate sinkTemplate =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(OVERLAY_CAPS));
GstStaticPadTemplate srcTemplate =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(OVERLAY_CAPS));

bool hasCompositionFeature(const GstCaps *caps, guint index = 0)
{
    return gst_caps_features_contains(gst_caps_get_features(caps, index), COMPOSITION_FEATURE);
}

/** The first structure with, or without, the composition's caps feature; null if there is none. */
element::CapsHandle firstStructure(const GstCaps *caps, bool withFeature)
{
    for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
        if (hasCompositionFeature(caps, i) == withFeature)
            return element::CapsHandle(gst_caps_fixate(gst_caps_copy_nth(caps, i)));
    }
    return nullptr;
}

/** A composition is one meta for most sinks: what is on the buffer already stays below ours. */
void attachComposition(GstBuffer *buffer, GstVideoOverlayComposition *composition)
{
    GstVideoOverlayCompositionMeta *present = gst_buffer_get_video_overlay_composition_meta(buffer);
    if (!present) {
        gst_buffer_add_video_overlay_composition_meta(buffer, composition);
        return;
    }
    GstVideoOverlayComposition *merged = gst_video_overlay_composition_copy(present->overlay);
    for (guint i = 0; i < gst_video_overlay_composition_n_rectangles(composition); ++i)
        gst_video_overlay_composition_add_rectangle(
            merged, gst_video_overlay_composition_get_rectangle(composition, i));
    gst_video_overlay_composition_unref(present->overlay);
    present->overlay = merged;
}

} // namespace

struct _GstOotoOverlay {
    GstBaseTransform parent;
    OverlayState *state;
};

G_DEFINE_TYPE_WITH_CODE(GstOotoOverlay, gst_ooto_overlay, GST_TYPE_BASE_TRANSFORM,
                        GST_DEBUG_CATEGORY_INIT(gst_ooto_overlay_debug, "ootooverlay", 0,
                                                "draws what is known about faces"))
GST_ELEMENT_REGISTER_DEFINE(ootooverlay, "ootooverlay", GST_RANK_NONE, GST_TYPE_OOTO_OVERLAY)

static OverlayState &gst_ooto_overlay_state(gpointer self)
{
    return *GST_OOTO_OVERLAY(self)->state;
}

static void gst_ooto_overlay_init(GstOotoOverlay *self)
{
    self->state = new OverlayState;
    gst_video_info_init(&self->state->info);
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
    gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), FALSE);
}

static void gst_ooto_overlay_finalize(GObject *object)
{
    delete GST_OOTO_OVERLAY(object)->state;
    G_OBJECT_CLASS(gst_ooto_overlay_parent_class)->finalize(object);
}

static void gst_ooto_overlay_set_property(GObject *object, guint id, const GValue *value,
                                          GParamSpec *pspec)
{
    if (!properties().set(*gst_ooto_overlay_state(object).settings.lock(), id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_ooto_overlay_get_property(GObject *object, guint id, GValue *value,
                                          GParamSpec *pspec)
{
    const OverlaySettings settings = *gst_ooto_overlay_state(object).settings.lock();
    if (!properties().get(settings, id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

/** Fonts are looked up here, which takes some 30 ms that the streaming thread does not have. */
static gboolean gst_ooto_overlay_start(GstBaseTransform *trans)
{
    OverlayState &state = gst_ooto_overlay_state(trans);
    state.painter.emplace();
    if (!state.painter->canWrite())
        GST_ELEMENT_WARNING(trans, RESOURCE, NOT_FOUND,
                            ("No font found, so boxes are drawn without names. Install a font, "
                             "for example the package fonts-dejavu-core."),
                            ("Pango has no font for \"Sans\""));
    return TRUE;
}

/** Each structure with the composition's feature, and without it where the direction allows. */
static GstCaps *gst_ooto_overlay_transform_caps(GstBaseTransform *, GstPadDirection direction,
                                                GstCaps *caps, GstCaps *filter)
{
    element::CapsHandle result(gst_caps_new_empty());
    for (const bool withFeature : {true, false}) {
        for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
            const bool hasFeature = hasCompositionFeature(caps, i);
            // We can add compositions, but not take away those that upstream attaches.
            const bool possible =
                hasFeature == withFeature || (direction == GST_PAD_SINK ? withFeature : hasFeature);
            if (!possible)
                continue;
            gst_caps_append_structure_full(
                result.get(), gst_structure_copy(gst_caps_get_structure(caps, i)),
                withFeature ? gst_caps_features_new(COMPOSITION_FEATURE, nullptr) : nullptr);
        }
    }
    result.reset(gst_caps_simplify(result.release()));
    return filter ? gst_caps_intersect_full(filter, result.get(), GST_CAPS_INTERSECT_FIRST)
                  : result.release();
}

/** Whether downstream, given these caps, blends compositions. Sends it the caps. */
static bool gst_ooto_overlay_is_blended_downstream(GstBaseTransform *trans, GstCaps *caps)
{
    // Elements of GstBaseTransform answer an ALLOCATION query only for caps that they have.
    if (!gst_pad_set_caps(trans->srcpad, caps))
        return false;
    const element::QueryHandle query(gst_query_new_allocation(caps, FALSE));
    return gst_pad_peer_query(trans->srcpad, query.get()) &&
           gst_query_find_allocation_meta(query.get(), GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE,
                                          nullptr);
}

/**
 * Decides who blends. This vfunc is the one place that the base class passes through at each
 * negotiation, be it for new caps, a reconfigure event or an ALLOCATION query.
 */
static GstCaps *gst_ooto_overlay_fixate_caps(GstBaseTransform *trans, GstPadDirection direction,
                                             GstCaps *caps, GstCaps *othercaps)
{
    if (direction != GST_PAD_SINK)
        return GST_BASE_TRANSFORM_CLASS(gst_ooto_overlay_parent_class)
            ->fixate_caps(trans, direction, caps, othercaps);
    OverlayState &state = gst_ooto_overlay_state(trans);
    element::CapsHandle plain = firstStructure(othercaps, false);
    element::CapsHandle featured = firstStructure(othercaps, true);
    gst_caps_unref(othercaps);
    state.attaches = featured && gst_ooto_overlay_is_blended_downstream(trans, featured.get());
    GST_INFO_OBJECT(trans, "overlays are %s", state.attaches ? "blended downstream" : "drawn here");
    const bool keepsFeature = state.attaches || !plain;
    return (keepsFeature ? featured : plain).release();
}

static gboolean gst_ooto_overlay_set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *)
{
    OverlayState &state = gst_ooto_overlay_state(trans);
    if (gst_video_info_from_caps(&state.info, incaps))
        return TRUE;
    GST_WARNING_OBJECT(trans, "cannot use caps %" GST_PTR_FORMAT, incaps);
    return FALSE;
}

/** We need nothing of the buffers' memory: what downstream wants is right for upstream. */
static gboolean gst_ooto_overlay_propose_allocation(GstBaseTransform *trans, GstQuery *,
                                                    GstQuery *query)
{
    return gst_pad_peer_query(trans->srcpad, query);
}

static void gst_ooto_overlay_before_transform(GstBaseTransform *trans, GstBuffer *buffer)
{
    // A stream that is counted in bytes or frames has no times for a controller.
    if (trans->segment.format != GST_FORMAT_TIME)
        return;
    const GstClockTime streamTime =
        gst_segment_to_stream_time(&trans->segment, GST_FORMAT_TIME, GST_BUFFER_TIMESTAMP(buffer));
    if (GST_CLOCK_TIME_IS_VALID(streamTime))
        gst_object_sync_values(GST_OBJECT(trans), streamTime);
}

/** Finds out what to draw: only a buffer that is drawn on has to be writable. */
static GstFlowReturn gst_ooto_overlay_prepare_output_buffer(GstBaseTransform *trans,
                                                            GstBuffer *input, GstBuffer **output)
{
    OverlayState &state = gst_ooto_overlay_state(trans);
    const OverlaySettings settings = *state.settings.lock();
    const GstVideoInfo &info = state.info;
    state.composition = state.painter->paint(readOverlayScene(input, info), settings,
                                             double(info.par_n) / std::max(1, info.par_d));
    const bool mayBeReused = !state.composition || gst_buffer_is_writable(input);
    *output = mayBeReused ? input : gst_buffer_copy(input);
    return GST_FLOW_OK;
}

static GstFlowReturn gst_ooto_overlay_transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    OverlayState &state = gst_ooto_overlay_state(trans);
    if (!state.composition)
        return GST_FLOW_OK;
    if (state.attaches) {
        attachComposition(buffer, state.composition);
        return GST_FLOW_OK;
    }
    element::MappedFrame frame(buffer, state.info, GST_MAP_READWRITE);
    if (frame)
        blendOnto(*frame, state.composition);
    else // a picture without boxes is better than no picture
        GST_DEBUG_OBJECT(trans, "cannot draw on %" GST_PTR_FORMAT, buffer);
    return GST_FLOW_OK;
}

static gboolean gst_ooto_overlay_stop(GstBaseTransform *trans)
{
    OverlayState &state = gst_ooto_overlay_state(trans);
    state.composition = nullptr;
    state.painter.reset();
    return TRUE;
}

static void gst_ooto_overlay_class_init(GstOotoOverlayClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    object->set_property = gst_ooto_overlay_set_property;
    object->get_property = gst_ooto_overlay_get_property;
    object->finalize = gst_ooto_overlay_finalize;
    properties().install(object);

    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    gst_element_class_add_static_pad_template(element, &sinkTemplate);
    gst_element_class_add_static_pad_template(element, &srcTemplate);
    gst_element_class_set_static_metadata(
        element, "Ooto face overlay", "Filter/Editor/Video",
        "Draws boxes, names and verdicts of faces from the metadata that ootoidentify attaches. "
        "Metadata read: OotoFaces, and regions of interest of type face on buffers without it",
        "gst-ooto");

    GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(klass);
    transform->start = gst_ooto_overlay_start;
    transform->transform_caps = gst_ooto_overlay_transform_caps;
    transform->fixate_caps = gst_ooto_overlay_fixate_caps;
    transform->set_caps = gst_ooto_overlay_set_caps;
    transform->propose_allocation = gst_ooto_overlay_propose_allocation;
    transform->before_transform = gst_ooto_overlay_before_transform;
    transform->prepare_output_buffer = gst_ooto_overlay_prepare_output_buffer;
    transform->transform_ip = gst_ooto_overlay_transform_ip;
    transform->stop = gst_ooto_overlay_stop;
}
