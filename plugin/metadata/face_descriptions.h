// SPDX-License-Identifier: LGPL-2.1-or-later
// What is attached about each face in view, built once per change and not once per frame.
#pragma once

#include "element/handles.h"
#include "metadata/face_region.h"
#include "metadata/face_structure.h"

#include <unordered_map>

namespace ooto::metadata
{

/** A face as it is attached, but for where the frame shows it. */
struct FaceDescription {
    element::StructureHandle structure; ///< of `OotoFaces`; without place and `roi-id`
    RegionParams params;
};

/** Thread-bound to *streaming*: a stream has one. */
class FaceDescriptions
{
public:
    /**
     * That of the face's track; built anew where anything but the face's place has changed since
     * the last call. Valid until the next.
     */
    const FaceDescription &of(const core::FaceView &face, const ReportContext &context);

    /** After the last face of a frame: forgets tracks that it does not have. */
    void endFrame();

private:
    struct Kept {
        core::FaceView face; ///< what the description was built of
        ReportContext context;
        FaceDescription description;
        bool inView = false; ///< in the frame under way
    };

    std::unordered_map<core::TrackId, Kept> kept_;
};

} // namespace ooto::metadata
