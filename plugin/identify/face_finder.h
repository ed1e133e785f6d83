// SPDX-License-Identifier: LGPL-2.1-or-later
// From a sample to the faces that are in it.
#pragma once

#include "core/base/image.h"
#include "core/base/luma_grid.h"
#include "core/tracking/observation.h"
#include "element/sample_frame.h"
#include "identify/job.h"
#include "identify/settings.h"
#include "vision/detector.h"

#include <gst/gst.h>

#include <memory>
#include <string>
#include <vector>

namespace ooto::identify
{

/** Thread-bound: to the analysis under way. */
class FaceFinder
{
public:
    /**
     * @param element  borrowed, for warnings
     * @param source   what finds the faces
     * @param detector null where others find them, or the whole frame is one
     */
    FaceFinder(GstElement *element, DetectorChoice source,
               std::unique_ptr<vision::Detector> detector);

    /**
     * The faces that are large enough to be tracked, with what each is compared with others by;
     * boxes 0..1 of the frame.
     * @param picture of this sample
     */
    std::vector<core::Observation> find(const element::SampleFrame &sample, const Job &job,
                                        const core::LumaGrid &picture);
    /** Of the last sample, of any size and score: no face is to be on another's photo. */
    const std::vector<core::Observation> &everyFace() const { return everyFace_; }
    /** See vision::Detector::stillInterval(); nothing without a detector. */
    std::optional<std::chrono::seconds> stillInterval() const;

private:
    std::vector<core::Observation> detect(const Job &job, const core::PixelSize &size);
    void compare(std::vector<core::Observation> &faces, const element::SampleFrame &sample,
                 const core::PixelSize &size);

    GstElement *const element_;
    const DetectorChoice source_;
    const std::unique_ptr<vision::Detector> detector_;
    std::vector<core::Observation> everyFace_;
    core::Image detectionImage_;
    core::Image faceImage_;
    std::string detectorError_;
};

} // namespace ooto::identify
