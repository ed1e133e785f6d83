// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether anything has changed in front of the camera since faces were last looked for.
#pragma once

#include "core/frame_times.h"
#include "core/luma_grid.h"
#include "core/photo_plan.h"

#include <optional>
#include <vector>

namespace ooto::core
{

struct GridSize {
    int columns = 0;
    int rows = 0;
};

/**
 * A grid whose cells are so small that the smallest face to be tracked covers at least half of one,
 * in each direction; 16 by 9 cells at least and 160 by 90 at most, and no more than pixels.
 *
 * @param minFacePx shorter side of the smallest face worth a photo, frame px
 */
GridSize gridSize(const FrameShape &frame, double minFacePx);

/**
 * Decides which samples are worth a detection. A face that appears is noticed at once, also where
 * it is only some 10 levels lighter or darker than what was there; the noise of the camera, the
 * flicker of a codec and a change of light all over are not. What flickers in one place for half
 * a minute (a clock in the picture, leaves) only wakes us when it does so more than before. Not
 * thread-safe.
 */
class Stillness
{
public:
    /**
     * To be asked once for each sample, in order. True for the first one, where something moved
     * since the last detection, for a second and two samples after that, and every ten seconds.
     *
     * @param now      of the same size as before, else all is taken to be new
     * @param anyTrack somebody is in view: true without further ado
     */
    bool mustDetect(StreamTime time, const LumaGrid &now, bool anyTrack);

    /** Faces were looked for in this sample: it is what later ones are compared with. */
    void detected(StreamTime time, const LumaGrid &now);

private:
    bool moved(const LumaGrid &now);
    void learn(StreamTime time, const LumaGrid &now);

    struct Habit {
        float underWay = 0; ///< sum of squared changes since windowStart_
        float last = 0;     ///< mean square of the window before that
        float before = 0;   ///< and of the one before
    };

    LumaGrid reference_; ///< of the last detection
    LumaGrid previous_;  ///< of the last sample
    std::optional<StreamTime> lastDetected_;
    std::optional<StreamTime> awakeUntil_;
    int detectionsOwed_ = 0;
    std::optional<double> noise_; ///< of patches' changes from sample to sample, sigma in levels
    std::vector<Habit> habits_;   ///< by patch
    StreamTime windowStart_{};
    int windowSamples_ = 0;
    std::vector<float> patches_; ///< scratch
    std::vector<float> sorted_;  ///< scratch
};

} // namespace ooto::core
