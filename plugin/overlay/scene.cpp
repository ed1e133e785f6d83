// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/scene.h"

#include "element/visible_rect.h"
#include "metadata/faces_meta.h"
#include "metadata/regions.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

namespace ooto::overlay
{

namespace
{

constexpr std::size_t maxFaces = 256; // what no picture shows legibly, but a broken peer may send
constexpr glong maxTextCharacters = 300;
constexpr double sameFace = 0.5; // of two boxes, intersection over union

/** One line of valid UTF-8: control characters would break the layout of a label. */
std::string oneLine(const char *text)
{
    // Four bytes are the most that a character takes; cut first, so that megabytes cost nothing.
    const gsize bytes = strnlen(text, 4 * maxTextCharacters);
    const std::unique_ptr<gchar, decltype(&g_free)> valid(
        g_utf8_make_valid(text, static_cast<gssize>(bytes)), g_free);
    std::string line;
    glong characters = 0;
    for (const gchar *at = valid.get(); *at && characters < maxTextCharacters;
         at = g_utf8_next_char(at), ++characters) {
        const gunichar character = g_utf8_get_char(at);
        if (g_unichar_iscntrl(character) || character == 0x2028 || character == 0x2029)
            line += ' ';
        else
            line.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    }
    return line;
}

std::string stringField(const GstStructure *from, const char *field)
{
    const char *text = gst_structure_get_string(from, field);
    return text ? oneLine(text) : std::string();
}

std::optional<double> shareField(const GstStructure *from, const char *field)
{
    double value = 0;
    if (!gst_structure_get_double(from, field, &value) || !(value >= 0 && value <= 1))
        return std::nullopt;
    return value;
}

std::optional<bool> boolField(const GstStructure *from, const char *field)
{
    gboolean value = FALSE;
    if (!gst_structure_get_boolean(from, field, &value))
        return std::nullopt;
    return value != FALSE;
}

const GValue *arrayField(const GstStructure *from, const char *field)
{
    const GValue *value = gst_structure_get_value(from, field);
    return value && GST_VALUE_HOLDS_ARRAY(value) ? value : nullptr;
}

FaceStatus statusField(const GstStructure *from)
{
    const char *text = gst_structure_get_string(from, "status");
    const std::string_view status = text ? text : "";
    if (status == "pending")
        return FaceStatus::Pending;
    if (status == "identified")
        return FaceStatus::Identified;
    if (status == "unknown")
        return FaceStatus::Unknown;
    if (status == "spoof")
        return FaceStatus::Spoof;
    if (status == "unavailable")
        return FaceStatus::Unavailable;
    return FaceStatus::None;
}

/** The `box` field in pixels of the whole frame; nothing when it is no box. */
std::optional<core::Box> boxField(const GstStructure *from, const core::Box &visible)
{
    const GValue *array = arrayField(from, "box");
    if (!array || gst_value_array_get_size(array) != 4)
        return std::nullopt;
    double numbers[4];
    for (guint i = 0; i < 4; ++i) {
        const GValue *number = gst_value_array_get_value(array, i);
        if (!G_VALUE_HOLDS_DOUBLE(number) || !std::isfinite(g_value_get_double(number)))
            return std::nullopt;
        numbers[i] = g_value_get_double(number);
    }
    core::Box box = core::scaled({numbers[0], numbers[1], numbers[2], numbers[3]}, visible.width,
                                 visible.height);
    box.x += visible.x;
    box.y += visible.y;
    return box;
}

bool isInSight(const core::Box &box, const OverlayScene &scene)
{
    return !box.empty() && !core::intersection(box, scene.visible).empty();
}

bool isFace(const GstVideoRegionOfInterestMeta *region)
{
    static const GQuark faceQuark = g_quark_from_static_string("face");
    return region->roi_type == faceQuark;
}

/**
 * The face's region; null when there is none, or when numbers do not tell which it is: those of
 * another type may be of anything, and count where they lie on the face.
 */
const GstVideoRegionOfInterestMeta *regionOf(const GstStructure *face,
                                             const metadata::Regions &regions,
                                             const std::optional<core::Box> &box)
{
    int id = 0;
    if (!gst_structure_get_int(face, "roi-id", &id) || id == 0)
        return nullptr;
    metadata::Regions found;
    std::copy_if(
        regions.begin(), regions.end(), std::back_inserter(found), [&](const auto *region) {
            return region->id == id &&
                   (isFace(region) || (box && core::iou(metadata::boxOf(region), *box) > sameFace));
        });
    if (found.size() > 1)
        std::erase_if(found, [](const auto *region) { return !isFace(region); });
    return found.size() == 1 ? found.front() : nullptr;
}

void readFace(const GstStructure *from, const metadata::Regions &regions, OverlayScene &scene)
{
    // GStreamer moves and scales a region with the picture, and nobody the facts.
    std::optional<core::Box> box = boxField(from, scene.visible);
    if (const GstVideoRegionOfInterestMeta *region = regionOf(from, regions, box))
        box = metadata::boxOf(region);
    if (!box || !isInSight(*box, scene))
        return;
    OverlayFace face;
    face.box = *box;
    face.status = statusField(from);
    guint64 trackId = 0;
    if (gst_structure_get_uint64(from, "track-id", &trackId))
        face.trackId = trackId;
    face.name = stringField(from, "name");
    face.templateId = stringField(from, "template-id");
    face.reason = stringField(from, "reason");
    face.similarity = shareField(from, "similarity");
    face.livenessFine = boolField(from, "liveness-fine");
    face.deepfakeFine = boolField(from, "deepfake-fine");
    scene.faces.push_back(std::move(face));
}

void readFacesMeta(GstMeta *meta, const metadata::Regions &regions, OverlayScene &scene)
{
    const GstStructure *from =
        gst_custom_meta_get_structure(reinterpret_cast<GstCustomMeta *>(meta));
    if (!from)
        return;
    if (const GValue *faces = arrayField(from, "faces")) {
        const guint count = gst_value_array_get_size(faces);
        for (guint i = 0; i < count && scene.faces.size() < maxFaces; ++i) {
            const GValue *value = gst_value_array_get_value(faces, i);
            const GstStructure *face =
                GST_VALUE_HOLDS_STRUCTURE(value) ? gst_value_get_structure(value) : nullptr;
            if (face)
                readFace(face, regions, scene);
        }
    }
    const std::string state = stringField(from, "service-state");
    if (scene.serviceState.empty() && !state.empty() && state != "ok") {
        scene.serviceState = state;
        scene.serviceReason = stringField(from, "service-reason");
    }
    if (scene.notice.empty())
        scene.notice = stringField(from, "notice");
}

void readRegion(const GstVideoRegionOfInterestMeta *region, OverlayScene &scene)
{
    OverlayFace face;
    face.box = metadata::boxOf(region);
    if (!isInSight(face.box, scene))
        return;
    face.trackId = region->id > 0 ? static_cast<std::uint64_t>(region->id) : 0;
    const GstStructure *identity = gst_video_region_of_interest_meta_get_param(
        const_cast<GstVideoRegionOfInterestMeta *>(region), "identity");
    if (identity) {
        face.name = stringField(identity, "label");
        face.similarity = shareField(identity, "confidence");
    }
    scene.faces.push_back(std::move(face));
}

} // namespace

OverlayScene readOverlayScene(GstBuffer *buffer, const GstVideoInfo &info)
{
    OverlayScene scene;
    const core::PixelRect visible = element::visibleRect(buffer, info);
    scene.visible = {double(visible.x), double(visible.y), double(visible.width),
                     double(visible.height)};
    const GstMetaInfo *ours = gst_meta_get_info(metadata::facesMetaName);
    const metadata::Regions regions = metadata::regionsOn(buffer);
    bool found = false;
    gpointer position = nullptr;
    while (GstMeta *meta = ours ? gst_buffer_iterate_meta(buffer, &position) : nullptr) {
        if (meta->info != ours)
            continue;
        found = true;
        readFacesMeta(meta, regions, scene);
    }
    for (const GstVideoRegionOfInterestMeta *region : regions) {
        if (!found && isFace(region) && scene.faces.size() < maxFaces)
            readRegion(region, scene);
    }
    return scene;
}

} // namespace ooto::overlay
