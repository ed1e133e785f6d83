// SPDX-License-Identifier: LGPL-2.1-or-later
// From a sample to the faces that are in it.
#pragma once

#include "core/base/image.h"
#include "core/base/luma_grid.h"
#include "core/sampling/search_planner.h"
#include "core/tracking/observation.h"
#include "element/sample_frame.h"
#include "identify/job.h"
#include "identify/settings.h"
#include "vision/detector_pool.h"

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::identify
{

/** Thread-bound: to the analysis under way. */
class FaceFinder
{
public:
    /**
     * @param element   borrowed, for warnings
     * @param source    what finds the faces
     * @param detectors null where others find them, or the whole frame is one
     */
    FaceFinder(GstElement *element, DetectorChoice source,
               std::shared_ptr<vision::DetectorPool> detectors);

    /** Whether a part of the picture can be searched by itself. */
    bool searchesParts() const { return detectors_ != nullptr; }
    /** See vision::Detector. */
    bool seesPartsAlike() const { return detectors_ && detectors_->seesPartsAlike(); }
    /** At which size the whole picture is searched, square pixels. */
    core::PixelSize wholeSize(const core::FrameShape &frame, const Settings &settings) const;
    /**
     * The faces that are large enough to be tracked, with what each is compared with others by;
     * boxes 0..1 of the frame.
     * @param plan    where to look; it is the whole picture in the end where a face that should be
     *                in a window is not
     * @param expected who should be found
     * @param picture of this sample
     */
    std::vector<core::Observation> find(const element::SampleFrame &sample, const Job &job,
                                        core::SearchPlan &plan,
                                        const std::vector<core::FaceToFind> &expected,
                                        const core::LumaGrid &picture);
    /**
     * Of the last sample, where it was searched, of any size and score: no face is to be on
     * another's photo.
     */
    const std::vector<core::Observation> &everyFace() const { return everyFace_; }
    /** Searches this part, too, for everyFace(); 0..1 of the frame. */
    void alsoSearch(const element::SampleFrame &sample, const Job &job, const core::Box &part);
    /** See vision::Detector::stillInterval(); nothing without a detector. */
    std::optional<std::chrono::seconds> stillInterval() const;

private:
    std::vector<core::Observation> search(const element::SampleFrame &sample, const Job &job,
                                          const core::SearchPlan &plan);
    std::vector<core::Observation> searchWindow(const element::SampleFrame &sample, const Job &job,
                                                const core::SearchWindow &window,
                                                vision::Detector &detector);
    void compare(std::vector<core::Observation> &faces, const element::SampleFrame &sample,
                 const core::PixelSize &wholeSize);
    void tellError(const std::string &error);

    GstElement *const element_;
    const DetectorChoice source_;
    const std::shared_ptr<vision::DetectorPool> detectors_;
    std::vector<core::Observation> everyFace_;
    core::Image searched_;
    core::Image faceImage_;
    std::string detectorError_;
    bool toldFormat_ = false;
};

} // namespace ooto::identify
