// SPDX-License-Identifier: LGPL-2.1-or-later
// What the picture did from sample to sample, and whether it has to be searched for faces.
#pragma once

#include "core/base/frame_times.h"
#include "core/base/luma_grid.h"
#include "core/sampling/stillness.h"
#include "core/tracking/tracker.h"
#include "element/sample_frame.h"
#include "identify/job.h"

#include <chrono>
#include <optional>

namespace ooto::identify
{

/** Thread-bound: to the analysis under way. */
class PictureWatch
{
public:
    /** @param stillInterval how often a still picture is searched all the same; nothing: each */
    explicit PictureWatch(std::optional<std::chrono::seconds> stillInterval);

    struct Look {
        core::PictureChange change; ///< since the last sample that noteTold() was called for
        /**
         * False where nothing moved since faces were looked for last, and no track is there: such
         * a sample costs a look at some lines of it.
         */
        bool search = true;
    };
    /** @param anyTrack a face may be in view */
    Look look(element::SampleFrame &sample, const Job &job, bool anyTrack);
    /** What moved in this sample since it was searched; all, where nobody knows. */
    core::MovedPatches moved() const;
    /** Faces were looked for in these parts; 0..1 of the frame. */
    void noteSearched(const Job &job, const std::vector<core::Box> &areas);
    /** The tracks know of what look() said; until then the next one says it, too. */
    void noteTold() { untold_ = {}; }
    /** Of the last sample; empty where its format has no brightness to be had. */
    const core::LumaGrid &picture() const { return lastPicture_; }

private:
    core::PictureChange compare(element::SampleFrame &sample, const Job &job);
    bool mustSearch(element::SampleFrame &sample, const Job &job, bool anyTrack,
                    core::PictureChange &change);

    const std::optional<std::chrono::seconds> stillInterval_;
    core::Stillness stillness_;
    unsigned epoch_ = 0; ///< of the last job
    bool anew_ = false;  ///< this job's is another one
    core::LumaGrid grid_;
    bool watching_ = false;   ///< grid_ is of this sample
    core::LumaGrid lastGrid_; ///< of the last search
    core::LumaGrid picture_;  ///< of this sample, while it is compared
    core::LumaGrid lastPicture_;
    std::optional<core::StreamTime> lastPictureAt_;
    core::StreamTime lastChangeAt_{0}; ///< when the picture was last seen to move
    core::PictureChange untold_;
};

} // namespace ooto::identify
