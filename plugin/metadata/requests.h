// SPDX-License-Identifier: LGPL-2.1-or-later
// What elements ask of each other by events: `ooto-want-photos` and `ooto-forget`.
#pragma once

#include "element/handles.h"

#include <gst/gst.h>

#include <optional>
#include <string>

namespace ooto::metadata
{

/** What one who listens downstream wants to get with `ooto-face` events. */
struct PhotoWish {
    std::string asker; ///< tells those apart that ask the same stream; may be empty
    bool photos = false;
    bool frames = false; ///< counts with `photos` only

    bool operator==(const PhotoWish &) const = default;
};

/** The structure of `ooto-want-photos`, an upstream event. */
element::StructureHandle photoWishStructure(const PhotoWish &wish);
/** Nothing when the structure is null or has another name. */
std::optional<PhotoWish> readPhotoWish(const GstStructure *structure);

/** Whom to forget: one of the two is enough, and both may be of one person. */
struct ForgetRequest {
    std::string templateId;
    std::string visitId;

    bool empty() const { return templateId.empty() && visitId.empty(); }
    bool operator==(const ForgetRequest &) const = default;
};

/** The structure of `ooto-forget`, an event that travels up and down the stream. */
element::StructureHandle forgetStructure(const ForgetRequest &request);
/** Nothing when the structure is null, has another name, or says nobody. */
std::optional<ForgetRequest> readForgetRequest(const GstStructure *structure);

} // namespace ooto::metadata
