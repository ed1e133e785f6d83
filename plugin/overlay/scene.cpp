// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/scene.h"

#include "element/visible_rect.h"
#include "metadata/faces_reader.h"

#include <utility>

namespace ooto::overlay
{

namespace
{

OverlayFace drawnOf(metadata::FaceOnBuffer &face)
{
    // Below 0 it says no more than 0 does, and a label is short.
    const bool isShare = face.similarity && *face.similarity >= 0;
    return {.box = face.placePx,
            .status = face.status,
            .trackId = face.trackId.value_or(0),
            .name = std::move(face.name),
            .templateId = std::move(face.templateId),
            .reason = std::move(face.reason),
            .similarity = isShare ? face.similarity : std::nullopt,
            .livenessFine = face.liveness.fine,
            .deepfakeFine = face.deepfake.fine};
}

} // namespace

OverlayScene readOverlayScene(GstBuffer *buffer, const GstVideoInfo &info)
{
    const core::PixelRect visible = element::visibleRect(buffer, info);
    metadata::FacesOnBuffer read = metadata::readFaces(buffer, visible);
    OverlayScene scene;
    scene.visible = {double(visible.x), double(visible.y), double(visible.width),
                     double(visible.height)};
    for (metadata::FaceOnBuffer &face : read.faces)
        scene.faces.push_back(drawnOf(face));
    scene.serviceState = std::move(read.serviceState);
    scene.serviceReason = std::move(read.serviceReason);
    scene.notice = std::move(read.notice);
    return scene;
}

} // namespace ooto::overlay
