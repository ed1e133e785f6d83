// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/faces_meta.h"

#include "element/handles.h"
#include "metadata/analytics.h"
#include "metadata/face_fields.h"
#include "metadata/face_region.h"

namespace ooto::metadata
{

namespace
{

void setNotices(GstStructure *structure, const StreamNotices &notices)
{
    if (!notices.serviceState.empty())
        gst_structure_set(structure, field::serviceState, G_TYPE_STRING,
                          notices.serviceState.c_str(), field::serviceReason, G_TYPE_STRING,
                          notices.serviceReason.c_str(), nullptr);
    if (!notices.notice.empty())
        gst_structure_set(structure, field::notice, G_TYPE_STRING, notices.notice.c_str(), nullptr);
}

/** The structure of the buffer's meta, new or found. */
GstStructure *facesStructure(GstBuffer *buffer)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, facesMetaName);
    if (!meta)
        meta = gst_buffer_add_custom_meta(buffer, facesMetaName);
    return meta ? gst_custom_meta_get_structure(meta) : nullptr;
}

core::FaceView seenAt(core::FaceView face, const UpstreamFace &seen)
{
    if (face.serviceBox)
        face.serviceBox = core::moved(*face.serviceBox, face.box, seen.box);
    face.box = seen.box;
    face.detectionScore = seen.score;
    return face;
}

} // namespace

void registerFacesMeta()
{
    static const gchar *tags[] = {GST_META_TAG_VIDEO_STR, nullptr};
    if (!gst_meta_get_info(facesMetaName))
        gst_meta_register_custom(facesMetaName, tags, nullptr, nullptr, nullptr);
}

void attachFaces(GstBuffer *buffer, const std::vector<core::FaceView> &faces,
                 const ReportContext &context, const StreamNotices &notices, int offsetX,
                 int offsetY, const std::vector<UpstreamFace> &upstream,
                 FaceDescriptions &descriptions)
{
    GstStructure *structure = facesStructure(buffer);
    if (!structure)
        return;

    GValue array = G_VALUE_INIT;
    const GValue *found = gst_structure_get_value(structure, field::faces);
    gst_value_array_init(&array, static_cast<guint>(faces.size()));
    if (found && GST_VALUE_HOLDS_ARRAY(found))
        g_value_copy(found, &array);
    const auto matches = matchFaces(faces, upstream);
    for (std::size_t i = 0; i < faces.size(); ++i) {
        // Where somebody found the face on this very frame is where it is.
        std::optional<core::FaceView> there;
        if (matches[i])
            there = seenAt(faces[i], *matches[i]);
        const core::FaceView &face = there ? *there : faces[i];
        const FaceDescription &description = descriptions.of(face, context);
        const GstVideoRectangle px = pixelsOf(face, context, offsetX, offsetY);
        GstVideoRegionOfInterestMeta *region = matches[i] ? matches[i]->region : nullptr;
        if (!region)
            region = addRegion(buffer, face, px, context);
        else if (region->id == 0)
            numberRegion(buffer, region, face, context);
        describeRegion(region, face, description.params);
        addAnalytics(buffer, face, context, px, matches[i] ? matches[i]->object : std::nullopt);

        GstStructure *described = gst_structure_copy(description.structure.get());
        describePlace(described, face);
        gst_structure_set(described, field::roiId, G_TYPE_INT, region->id, nullptr);
        GValue value = G_VALUE_INIT;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, described);
        gst_value_array_append_and_take_value(&array, &value);
    }
    gst_structure_take_value(structure, field::faces, &array);
    setNotices(structure, notices);
    if (!gst_structure_has_field(structure, field::camera))
        gst_structure_set(structure, field::camera, G_TYPE_STRING, context.camera.c_str(), nullptr);
    descriptions.endFrame();
}

} // namespace ooto::metadata
