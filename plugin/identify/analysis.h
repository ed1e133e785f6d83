// SPDX-License-Identifier: LGPL-2.1-or-later
// From a sample to tracks, photos and requests.
#pragma once

#include "element/sample_frame.h"
#include "identify/dispatcher.h"
#include "identify/face_finder.h"
#include "identify/job.h"
#include "identify/outbox.h"
#include "identify/photographer.h"
#include "identify/picture_watch.h"
#include "identify/refresh.h"
#include "identify/shared.h"
#include "vision/detector_pool.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::identify
{

/**
 * All that an analysis works with. Who owns it may use it, and nobody else can: the streaming
 * thread takes it out of Shared and fills it, the job on a thread of the pool runs it, and gives it
 * back.
 */
class Analysis
{
public:
    /** @param element borrowed, for warnings @param detectors null without one of our own */
    Analysis(GstElement *element, Meeting &meeting, Outbox &outbox, Dispatcher &dispatcher,
             DetectorChoice source, std::shared_ptr<vision::DetectorPool> detectors,
             CredentialsSource credentials);

    /** What may change while playing; to be begun once the dispatcher is connected. */
    Refresh &refresh() { return refresh_; }
    /** *streaming*: copies the frame. @return false when it could not be mapped for reading */
    bool fill(GstBuffer *buffer, const GstVideoInfo &info)
    {
        return sample_.copyFrom(buffer, info);
    }
    /**
     * *analysis*: the whole of a sample's job. Whatever fails in it, the next sample is looked at
     * and nothing waits for this one.
     */
    void run(const Job &job);

private:
    void analyse(const Job &job);
    std::optional<std::vector<core::ShotWish>> observe(const Job &job,
                                                       const std::vector<core::Observation> &seen,
                                                       const core::PictureChange &picture,
                                                       const core::SearchPlan &plan);
    core::SearchPlan planSearch(const Job &job, const core::PictureChange &picture,
                                const std::vector<core::FaceToFind> &faces);
    void photograph(const Job &job, const std::vector<core::ShotWish> &wishes,
                    const std::vector<core::Observation> &seen, const core::SearchPlan &plan);
    void passSample(const Job &job);
    void watchOrientation(const Job &job, bool anyFace);
    void noteSmallFaces(Shared &shared, const Job &job) const;
    void tellFailure(const std::string &what);

    GstElement *const element_;
    Meeting &meeting_;
    Outbox &outbox_;
    Dispatcher &dispatcher_;
    const DetectorChoice source_;
    Refresh refresh_;
    FaceFinder finder_;
    PictureWatch pictures_;
    core::SearchPlanner planner_;
    unsigned plannedEpoch_ = 0;
    Photographer photographer_;
    const bool searchesWhole_; ///< to compare with: the variable OOTO_SEARCH_WHOLE is set
    element::SampleFrame sample_;
    std::string failure_; ///< what ended the last analysis that did not end well, as it was told
};

} // namespace ooto::identify
