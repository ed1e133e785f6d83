// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/face_descriptions.h"

#include "metadata/face_fields.h"
#include "metadata/facts.h"

#include <iterator>
#include <utility>

namespace ooto::metadata
{

namespace
{

std::optional<core::StreamTime> ptsOf(const std::optional<core::FrameTimes> &times)
{
    return times ? times->pts : std::nullopt;
}

/** Answers and labels never change once they are there, so that pointers tell. */
bool saysTheSame(const core::FaceView &a, const core::FaceView &b, unsigned facts)
{
    return a.visit == b.visit && a.visitName == b.visitName && a.status == b.status &&
           a.reason == b.reason && a.answer == b.answer && a.isMatch == b.isMatch &&
           a.shot == b.shot && a.refusal == b.refusal && a.attempts == b.attempts &&
           ptsOf(a.asked) == ptsOf(b.asked) && ptsOf(a.answered) == ptsOf(b.answered) &&
           (!(facts & FactLandmarks) || a.landmarks == b.landmarks);
}

bool saysTheSame(const ReportContext &a, const ReportContext &b)
{
    return a.facts == b.facts && a.labels == b.labels && a.ownRegions == b.ownRegions &&
           a.frame.width == b.frame.width && a.frame.height == b.frame.height &&
           a.camera == b.camera;
}

} // namespace

const FaceDescription &FaceDescriptions::of(const core::FaceView &face,
                                            const ReportContext &context)
{
    Kept &kept = kept_[face.trackId];
    kept.inView = true;
    FaceDescription &description = kept.description;
    if (description.structure && saysTheSame(kept.context, context) &&
        saysTheSame(kept.face, face, context.facts))
        return description;
    // Whole before it is kept: what throws here leaves nothing half built behind.
    description.structure.reset();
    kept.face = face;
    kept.context = context;
    element::StructureHandle structure(gst_structure_new_empty(faceType));
    describeKnown(structure.get(), face, context);
    description.params = regionParams(face, context);
    description.structure = std::move(structure);
    return description;
}

void FaceDescriptions::endFrame()
{
    for (auto kept = kept_.begin(); kept != kept_.end();)
        kept = std::exchange(kept->second.inView, false) ? std::next(kept) : kept_.erase(kept);
}

} // namespace ooto::metadata
