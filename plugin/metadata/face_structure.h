// SPDX-License-Identifier: LGPL-2.1-or-later
// A face's facts as fields of a GstStructure, the same in metadata and in messages.
#pragma once

#include "core/asking/face.h"
#include "core/base/frame_shape.h"
#include "metadata/labels_file.h"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ooto::metadata
{

/** What goes with every face of a stream. */
struct ReportContext {
    std::string camera;
    unsigned facts = 0; ///< bits of Fact
    core::FrameShape frame;
    std::shared_ptr<const Labels> labels; ///< null: none
    core::StreamTime runningTime{0};      ///< of the frame
    bool ownRegions = true; ///< a face's region has the track's number; else whatever others gave
};

/** What labels-file calls an identified face; empty where it does not, and for any other face. */
std::string displayNameOf(const ReportContext &context, const core::FaceView &face);

/** Sets the fields that stay from frame to frame until something becomes known. */
void describeKnown(GstStructure *structure, const core::FaceView &face,
                   const ReportContext &context);

/** Sets `box`, `service-box` and `detection-score`, which each frame may change. */
void describePlace(GstStructure *structure, const core::FaceView &face);

/** Sets both, and `roi-id` where it is the track's number; what is unknown is left out. */
void describeFace(GstStructure *structure, const core::FaceView &face,
                  const ReportContext &context);

} // namespace ooto::metadata
