// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/faces_reader.h"

#include "metadata/face_fields.h"
#include "metadata/picture.h"
#include "metadata/regions.h"
#include "system/handles.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <string_view>

namespace ooto::metadata
{

namespace
{

constexpr std::size_t mostFaces = 256; // what no picture shows legibly, but a broken peer may send
constexpr glong mostCharacters = 300;
constexpr double sameFace = 0.5; // of two boxes, intersection over union

/** One line of valid UTF-8: control characters would break the layout of a label. */
std::string oneLine(const char *text)
{
    // Four bytes are the most that a character takes; cut first, so that megabytes cost nothing.
    const gsize bytes = strnlen(text, 4 * mostCharacters);
    const system::CharsHandle valid(g_utf8_make_valid(text, static_cast<gssize>(bytes)));
    std::string line;
    glong characters = 0;
    for (const gchar *at = valid.get(); *at && characters < mostCharacters;
         at = g_utf8_next_char(at), ++characters) {
        const gunichar character = g_utf8_get_char(at);
        if (g_unichar_iscntrl(character) || character == 0x2028 || character == 0x2029)
            line += ' ';
        else
            line.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    }
    return line;
}

std::string textOf(const GstStructure *from, const char *field)
{
    const char *text = gst_structure_get_string(from, field);
    return text ? oneLine(text) : std::string();
}

std::optional<double> numberOf(const GstStructure *from, const char *field,
                               double least = std::numeric_limits<double>::lowest(),
                               double most = std::numeric_limits<double>::max())
{
    double value = 0;
    if (!gst_structure_get_double(from, field, &value) || !(value >= least && value <= most))
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> wholeOf(const GstStructure *from, const char *field)
{
    guint64 value = 0;
    if (!gst_structure_get_uint64(from, field, &value))
        return std::nullopt;
    return value;
}

std::optional<unsigned> countOf(const GstStructure *from, const char *field)
{
    guint value = 0;
    if (!gst_structure_get_uint(from, field, &value))
        return std::nullopt;
    return value;
}

std::optional<bool> verdictOf(const GstStructure *from, const char *field)
{
    gboolean value = FALSE;
    if (!gst_structure_get_boolean(from, field, &value))
        return std::nullopt;
    return value != FALSE;
}

const GValue *arrayOf(const GstStructure *from, const char *field)
{
    const GValue *value = gst_structure_get_value(from, field);
    return value && GST_VALUE_HOLDS_ARRAY(value) ? value : nullptr;
}

std::optional<core::Box> boxOf(const GstStructure *from)
{
    const GValue *array = arrayOf(from, field::box);
    if (!array || gst_value_array_get_size(array) != 4)
        return std::nullopt;
    double numbers[4];
    for (guint i = 0; i < 4; ++i) {
        const GValue *number = gst_value_array_get_value(array, i);
        if (!G_VALUE_HOLDS_DOUBLE(number) || !std::isfinite(g_value_get_double(number)))
            return std::nullopt;
        numbers[i] = g_value_get_double(number);
    }
    const core::Box box{numbers[0], numbers[1], numbers[2], numbers[3]};
    return box.empty() ? std::nullopt : std::optional(box);
}

ReadFace faceOf(const GstStructure *from)
{
    const char *status = gst_structure_get_string(from, field::status);
    return {
        .camera = textOf(from, field::camera),
        .trackId = wholeOf(from, field::trackId),
        .visitId = textOf(from, field::visitId),
        .status = core::statusNamed(status ? status : ""),
        .reason = textOf(from, field::reason),
        .name = textOf(from, field::name),
        .templateId = textOf(from, field::templateId),
        .nearestTemplateId = textOf(from, field::nearestTemplateId),
        .similarity = numberOf(from, field::similarity, -1, 1),
        .liveness = {numberOf(from, field::livenessScore), verdictOf(from, field::livenessFine)},
        .deepfake = {numberOf(from, field::deepfakeScore), verdictOf(from, field::deepfakeFine)},
        .box = boxOf(from),
        .attempts = countOf(from, field::attempts)};
}

/** Calls `use` with the structure of each `OotoFaces`. @return whether there is one */
template<typename Use>
bool forEachMeta(GstBuffer *buffer, Use use)
{
    const GstMetaInfo *ours = gst_meta_get_info(facesMetaName);
    bool told = false;
    gpointer position = nullptr;
    while (GstMeta *meta = ours ? gst_buffer_iterate_meta(buffer, &position) : nullptr) {
        if (meta->info != ours)
            continue;
        told = true;
        if (const GstStructure *from =
                gst_custom_meta_get_structure(reinterpret_cast<GstCustomMeta *>(meta)))
            use(from);
    }
    return told;
}

/** Calls `use` with the structure of each face in that of an `OotoFaces`. */
template<typename Use>
void forEachFace(const GstStructure *from, Use use)
{
    const GValue *faces = arrayOf(from, field::faces);
    const guint count = faces ? gst_value_array_get_size(faces) : 0;
    for (guint i = 0; i < count; ++i) {
        const GValue *value = gst_value_array_get_value(faces, i);
        const GstStructure *face =
            GST_VALUE_HOLDS_STRUCTURE(value) ? gst_value_get_structure(value) : nullptr;
        if (face)
            use(face);
    }
}

/** FNV-1a, 64 bits. */
class Digest
{
public:
    void add(std::uint64_t number)
    {
        for (int byte = 0; byte < 8; ++byte, number >>= 8)
            add(static_cast<unsigned char>(number));
    }
    void add(const char *text)
    {
        for (; text && *text; ++text)
            add(static_cast<unsigned char>(*text));
        add(static_cast<unsigned char>(0));
    }
    /** Never 0. */
    std::uint64_t value() const { return value_ ? value_ : 1; }

private:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211ULL; }

    std::uint64_t value_ = 14695981039346656037ULL;
};

bool isFace(const GstVideoRegionOfInterestMeta *region)
{
    static const GQuark faceQuark = g_quark_from_static_string(faceType);
    return region->roi_type == faceQuark;
}

/** Reads one buffer. */
class Reader
{
public:
    Reader(GstBuffer *buffer, const core::PixelRect &visible)
        : visible_{double(visible.x), double(visible.y), double(visible.width),
                   double(visible.height)},
          regions_(regionsOn(buffer))
    {
    }

    void readMeta(const GstStructure *from)
    {
        read_.told = true;
        if (read_.camera.empty())
            read_.camera = textOf(from, field::camera);
        forEachFace(from, [this](const GstStructure *face) {
            if (read_.faces.size() < mostFaces)
                readFace(face);
        });
        const std::string state = textOf(from, field::serviceState);
        if (read_.serviceState.empty() && !state.empty() && state != "ok") {
            read_.serviceState = state;
            read_.serviceReason = textOf(from, field::serviceReason);
        }
        if (read_.notice.empty())
            read_.notice = textOf(from, field::notice);
    }

    void readRegions()
    {
        for (GstVideoRegionOfInterestMeta *region : regions_) {
            if (isFace(region) && read_.faces.size() < mostFaces)
                readRegion(region);
        }
    }

    FacesOnBuffer take() { return std::move(read_); }

private:
    bool isInSight(const core::Box &px) const
    {
        return !px.empty() && !core::intersection(px, visible_).empty();
    }

    core::Box inPx(const core::Box &box) const
    {
        core::Box px = core::scaled(box, visible_.width, visible_.height);
        px.x += visible_.x;
        px.y += visible_.y;
        return px;
    }

    /**
     * The face's region; null when there is none, or when numbers do not tell which it is: those of
     * another type may be of anything, and count where they lie on the face.
     */
    const GstVideoRegionOfInterestMeta *regionOf(const GstStructure *face,
                                                 const std::optional<core::Box> &px) const
    {
        int id = 0;
        if (!gst_structure_get_int(face, field::roiId, &id) || id == 0)
            return nullptr;
        Regions found;
        std::copy_if(regions_.begin(), regions_.end(), std::back_inserter(found),
                     [&](const auto *region) {
                         return region->id == id &&
                                (isFace(region) ||
                                 (px && core::iou(metadata::boxOf(region), *px) > sameFace));
                     });
        if (found.size() > 1)
            std::erase_if(found, [](const auto *region) { return !isFace(region); });
        return found.size() == 1 ? found.front() : nullptr;
    }

    void readFace(const GstStructure *from)
    {
        std::optional<core::Box> box = boxOf(from);
        std::optional<core::Box> px = box ? std::optional(inPx(*box)) : std::nullopt;
        // GStreamer moves and scales a region with the picture, and nobody the facts.
        if (const GstVideoRegionOfInterestMeta *region = regionOf(from, px))
            px = metadata::boxOf(region);
        if (px && isInSight(*px))
            read_.faces.push_back({faceOf(from), *px});
    }

    void readRegion(GstVideoRegionOfInterestMeta *region)
    {
        FaceOnBuffer face;
        face.placePx = metadata::boxOf(region);
        if (!isInSight(face.placePx))
            return;
        if (region->id > 0)
            face.trackId = static_cast<std::uint64_t>(region->id);
        if (const GstStructure *identity =
                gst_video_region_of_interest_meta_get_param(region, param::identity)) {
            face.name = textOf(identity, param::label);
            face.similarity = numberOf(identity, param::confidence, 0, 1);
        }
        read_.faces.push_back(std::move(face));
    }

    const core::Box visible_; ///< px of the buffer
    const Regions regions_;
    FacesOnBuffer read_;
};

} // namespace

FacesOnBuffer readFaces(GstBuffer *buffer, const core::PixelRect &visible)
{
    Reader reader(buffer, visible);
    const bool told = forEachMeta(buffer, [&](const GstStructure *from) { reader.readMeta(from); });
    if (!told)
        reader.readRegions();
    return reader.take();
}

std::vector<ReadFace> readFacts(GstBuffer *buffer)
{
    std::vector<ReadFace> read;
    forEachMeta(buffer, [&](const GstStructure *from) {
        forEachFace(from, [&](const GstStructure *face) {
            if (read.size() < mostFaces)
                read.push_back(faceOf(face));
        });
    });
    return read;
}

std::uint64_t factsDigest(GstBuffer *buffer)
{
    Digest digest;
    const bool told = forEachMeta(buffer, [&](const GstStructure *from) {
        forEachFace(from, [&](const GstStructure *face) {
            digest.add(wholeOf(face, field::trackId).value_or(0));
            for (const char *fact : {field::visitId, field::status, field::templateId, field::name})
                digest.add(gst_structure_get_string(face, fact));
        });
    });
    return told ? digest.value() : 0;
}

std::string cameraOf(GstBuffer *buffer)
{
    std::string camera;
    forEachMeta(buffer, [&](const GstStructure *from) {
        if (camera.empty())
            camera = textOf(from, field::camera);
        forEachFace(from, [&](const GstStructure *face) {
            if (camera.empty())
                camera = textOf(face, field::camera);
        });
    });
    return camera;
}

std::optional<FaceMessage> readFaceMessage(const GstStructure *message)
{
    if (!message || !gst_structure_has_name(message, faceMessageName))
        return std::nullopt;
    const char *type = gst_structure_get_string(message, field::type);
    const Picture photo = pictureOf(message, field::photo);
    const Picture frame = pictureOf(message, field::frame);
    return FaceMessage{.type = core::eventNamed(type ? type : ""),
                       .eventId = textOf(message, field::eventId),
                       .sequence = wholeOf(message, field::sequence),
                       .pts = wholeOf(message, field::pts),
                       .runningTime = wholeOf(message, field::runningTime),
                       .streamTime = wholeOf(message, field::streamTime),
                       .wallClock = textOf(message, field::wallClock),
                       .received = textOf(message, field::received),
                       .since = textOf(message, field::since),
                       .askedWallClock = textOf(message, field::askedWallClock),
                       .lastSeenPts = wholeOf(message, field::lastSeenPts),
                       .lastSeenWallClock = textOf(message, field::lastSeenWallClock),
                       .ageMs = countOf(message, field::ageMs),
                       .late = verdictOf(message, field::late).value_or(false),
                       .face = faceOf(message),
                       .photo = photo.bytes,
                       .photoIsPng = photo.png,
                       .frame = frame.bytes,
                       .frameIsPng = frame.png};
}

std::optional<ServiceMessage> readServiceMessage(const GstStructure *message)
{
    if (!message || !gst_structure_has_name(message, serviceMessageName))
        return std::nullopt;
    return ServiceMessage{.state = textOf(message, field::state),
                          .reason = textOf(message, field::reason),
                          .camera = textOf(message, field::camera),
                          .since = textOf(message, field::since),
                          .callsToday = wholeOf(message, field::callsToday),
                          .budgetLeft = wholeOf(message, field::budgetLeft)};
}

std::optional<CameraMessage> readCameraMessage(const GstStructure *message)
{
    if (!message || !gst_structure_has_name(message, cameraMessageName))
        return std::nullopt;
    return CameraMessage{.camera = textOf(message, field::camera),
                         .state = textOf(message, field::state)};
}

} // namespace ooto::metadata
