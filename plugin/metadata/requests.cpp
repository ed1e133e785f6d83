// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/requests.h"

#include "metadata/face_fields.h"

namespace ooto::metadata
{

namespace
{

std::string textOf(const GstStructure *structure, const char *field)
{
    const char *text = gst_structure_get_string(structure, field);
    return text ? text : "";
}

bool isTrue(const GstStructure *structure, const char *field)
{
    gboolean value = FALSE;
    return gst_structure_get_boolean(structure, field, &value) && value;
}

void setText(GstStructure *structure, const char *field, const std::string &text)
{
    if (!text.empty())
        gst_structure_set(structure, field, G_TYPE_STRING, text.c_str(), nullptr);
}

} // namespace

element::StructureHandle photoWishStructure(const PhotoWish &wish)
{
    element::StructureHandle structure(gst_structure_new(
        wantPhotosName, field::photos, G_TYPE_BOOLEAN, static_cast<gboolean>(wish.photos),
        field::frames, G_TYPE_BOOLEAN, static_cast<gboolean>(wish.frames), nullptr));
    setText(structure.get(), field::asker, wish.asker);
    return structure;
}

std::optional<PhotoWish> readPhotoWish(const GstStructure *structure)
{
    if (!structure || !gst_structure_has_name(structure, wantPhotosName))
        return std::nullopt;
    const bool photos = isTrue(structure, field::photos);
    return PhotoWish{.asker = textOf(structure, field::asker),
                     .photos = photos,
                     .frames = photos && isTrue(structure, field::frames)};
}

element::StructureHandle forgetStructure(const ForgetRequest &request)
{
    element::StructureHandle structure(gst_structure_new_empty(forgetName));
    setText(structure.get(), field::templateId, request.templateId);
    setText(structure.get(), field::visitId, request.visitId);
    return structure;
}

std::optional<ForgetRequest> readForgetRequest(const GstStructure *structure)
{
    if (!structure || !gst_structure_has_name(structure, forgetName))
        return std::nullopt;
    ForgetRequest request{.templateId = textOf(structure, field::templateId),
                          .visitId = textOf(structure, field::visitId)};
    return request.empty() ? std::nullopt : std::optional(std::move(request));
}

} // namespace ooto::metadata
