// SPDX-License-Identifier: LGPL-2.1-or-later
// From a face in a sample to the photo that is sent.
#pragma once

#include "core/asking/photo_plan.h"
#include "core/asking/shot.h"
#include "core/asking/shot_quality.h"
#include "core/base/image.h"
#include "core/tracking/observation.h"
#include "element/sample_frame.h"
#include "identify/job.h"
#include "identify/shared.h"
#include "vision/photo_encoder.h"

#include <gst/gst.h>

#include <vector>

namespace ooto::identify
{

/** Thread-bound: to the analysis under way. */
class Photographer
{
public:
    /** @param element borrowed, for logs @param wholeFrame the frame is one face: none is judged */
    Photographer(GstElement *element, Meeting &meeting, bool wholeFrame);

    /**
     * Judges what a photo would be worth, and makes it where it is wanted.
     * @param face      what the wish is about
     * @param everyFace in the sample: no other one is on the photo
     */
    void photograph(const element::SampleFrame &sample, const Job &job, const core::ShotWish &wish,
                    const core::Observation &face, const std::vector<core::Observation> &everyFace);

private:
    std::vector<core::Box> othersThan(const core::ShotWish &wish, const core::Box &face,
                                      const Job &job,
                                      const std::vector<core::Observation> &everyFace);
    core::ShotQuality judge(const element::SampleFrame &sample, const Job &job,
                            const core::Observation &face, double margin,
                            const std::vector<core::Observation> &everyFace);
    bool isWanted(const Job &job, const core::ShotWish &wish, const core::ShotQuality &quality);
    bool isFrameWanted();
    core::PhotoBytes encodeFrame(const element::SampleFrame &sample, const Job &job,
                                 const core::Box &face, const std::vector<core::Box> &others);
    core::PhotoBytes encode(const element::SampleFrame &sample, const core::PhotoPlan &plan,
                            const core::Box &face, const std::vector<core::Box> &others,
                            vision::PhotoFormat format, int jpegQuality);

    GstElement *const element_;
    Meeting &meeting_;
    const bool wholeFrame_;
    core::Image faceImage_;
    core::Image photoImage_;
};

} // namespace ooto::identify
