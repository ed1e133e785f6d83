// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/overlay_support.h"

#include <memory>

namespace ooto::test
{

namespace
{

void setString(GstStructure *structure, const char *field, const std::string &text)
{
    if (!text.empty())
        gst_structure_set(structure, field, G_TYPE_STRING, text.c_str(), nullptr);
}

} // namespace

GstStructure *addFacesMeta(GstBuffer *buffer)
{
    return gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer, "OotoFaces"));
}

GstStructure *faceStructure(const FaceSpec &spec)
{
    GstStructure *face = gst_structure_new_empty("face");
    GValue box = G_VALUE_INIT;
    g_value_init(&box, GST_TYPE_ARRAY);
    for (const double number : {spec.box.x, spec.box.y, spec.box.width, spec.box.height}) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, G_TYPE_DOUBLE);
        g_value_set_double(&value, number);
        gst_value_array_append_and_take_value(&box, &value);
    }
    gst_structure_take_value(face, "box", &box);
    setString(face, "status", spec.status);
    setString(face, "name", spec.name);
    setString(face, "template-id", spec.templateId);
    setString(face, "reason", spec.reason);
    if (spec.similarity >= 0)
        gst_structure_set(face, "similarity", G_TYPE_DOUBLE, spec.similarity, nullptr);
    if (spec.live >= 0)
        gst_structure_set(face, "liveness-fine", G_TYPE_BOOLEAN, spec.live, nullptr);
    if (spec.trackId)
        gst_structure_set(face, "track-id", G_TYPE_UINT64, spec.trackId, nullptr);
    return face;
}

void appendStructure(GValue *array, GstStructure *structure)
{
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, structure);
    gst_value_array_append_and_take_value(array, &value);
}

void addFaces(GstBuffer *buffer, const FacesSpec &spec)
{
    GstStructure *meta = addFacesMeta(buffer);
    GValue faces = G_VALUE_INIT;
    g_value_init(&faces, GST_TYPE_ARRAY);
    for (const FaceSpec &face : spec.faces)
        appendStructure(&faces, faceStructure(face));
    gst_structure_take_value(meta, "faces", &faces);
    setString(meta, "service-state", spec.serviceState);
    setString(meta, "service-reason", spec.serviceReason);
    setString(meta, "notice", spec.notice);
}

GstVideoInfo videoInfo(GstVideoFormat format, int width, int height)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, format, width, height);
    return info;
}

GstBuffer *makeFrame(const GstVideoInfo &info, guint8 fill)
{
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, info.size, nullptr);
    gst_buffer_memset(buffer, 0, fill, info.size);
    if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE(info.finfo)) {
        guint32 palette[256];
        for (guint32 i = 0; i < 256; ++i)
            palette[i] = 0xFF000000 | i * 0x010101;
        gst_buffer_fill(buffer, info.offset[1], palette, sizeof palette);
    }
    return buffer;
}

std::vector<guint32> pixelsOf(GstBuffer *buffer, const GstVideoInfo &info)
{
    GstVideoInfo from = info;
    GstVideoInfo to = videoInfo(GST_VIDEO_FORMAT_BGRx, info.width, info.height);
    const std::unique_ptr<GstVideoConverter, decltype(&gst_video_converter_free)> converter(
        gst_video_converter_new(&from, &to, nullptr), gst_video_converter_free);
    const std::unique_ptr<GstBuffer, decltype(&gst_buffer_unref)> converted(
        gst_buffer_new_allocate(nullptr, to.size, nullptr), gst_buffer_unref);
    GstVideoFrame source;
    GstVideoFrame target;
    gst_video_frame_map(&source, &from, buffer, GST_MAP_READ);
    gst_video_frame_map(&target, &to, converted.get(), GST_MAP_WRITE);
    gst_video_converter_frame(converter.get(), &source, &target);
    gst_video_frame_unmap(&target);
    gst_video_frame_unmap(&source);
    std::vector<guint32> pixels(static_cast<std::size_t>(info.width) * info.height);
    gst_buffer_extract(converted.get(), 0, pixels.data(), pixels.size() * 4);
    return pixels;
}

std::vector<guint8> bytesOf(GstBuffer *buffer)
{
    std::vector<guint8> bytes(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    return bytes;
}

} // namespace ooto::test
