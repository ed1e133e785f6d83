// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether anything has changed in front of the camera since faces were last looked for.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_shape.h"
#include "core/base/frame_times.h"
#include "core/base/luma_grid.h"

#include <array>
#include <optional>
#include <vector>

namespace ooto::core
{

struct GridSize {
    int columns = 0;
    int rows = 0;
};

/** Which patches of the picture moved since each was searched for faces. */
struct MovedPatches {
    bool all = true; ///< all of it, or nobody knows which
    int columns = 0;
    int rows = 0;
    std::vector<bool> moved; ///< row by row; empty with `all`
};

/**
 * A grid whose cells are so small that the smallest face to be tracked covers three quarters of
 * one or more in each direction; 16 by 9 cells at least and 160 by 90 at most, and no more than
 * pixels.
 *
 * @param minFacePx shorter side of the smallest face worth a photo, frame px
 */
GridSize gridSize(const FrameShape &frame, double minFacePx);

/**
 * Decides which samples are worth a detection. A face that appears is noticed at once, also where
 * it is only some 10 levels lighter or darker than what was there; the noise of the camera and a
 * change of light all over are not. What flickers in one place for forty seconds (a clock in the
 * picture, leaves, detail at a codec's key frames) only wakes it when it does so more than before.
 * What moves is never got used to, however long it goes on: a person seen from behind may turn
 * round, and the one who comes next looks the same here. Not thread-safe.
 */
class Stillness
{
public:
    /** @param lookAnyway longest time between two detections in a still scene */
    explicit Stillness(StreamTime lookAnyway = std::chrono::seconds(10)) : lookAnyway_(lookAnyway)
    {
    }

    /**
     * To be told of each sample, in order.
     *
     * @param now      of the same size as before, else all is taken to be new
     * @param anyTrack a face is in view: true without further ado
     * @return true where faces have to be looked for: in the first sample, where something moved
     *         since the last detection, for a second and two samples after that, and once in a
     *         while anyway
     */
    bool noteSample(StreamTime time, const LumaGrid &now, bool anyTrack);

    /** Faces were looked for in this sample: it is what later ones are compared with. */
    void noteDetection(StreamTime time, const LumaGrid &now);
    /** They were, in these parts of it only; 0..1 of the frame. */
    void noteDetection(StreamTime time, const LumaGrid &now, const std::vector<Box> &areas);
    /** What moved in the last sample that was noted, since it was searched. */
    const MovedPatches &moved() const { return movedPatches_; }

private:
    bool compare(const LumaGrid &now);
    void learn(StreamTime time, const LumaGrid &now);

    void noteRuns(std::size_t columns, float limit);
    void endWindow(std::size_t columns);
    std::vector<float> habits(std::size_t columns) const;

    /** What a patch did from sample to sample, in one window. */
    struct Window {
        float peak = 0;   ///< its largest change, levels
        float common = 0; ///< the largest that a whole run of patches through it shared, levels
        float active = 0; ///< share of the samples in which it changed by more than noise
    };
    struct Changes {
        Window underWay;                 ///< `active` is a count there
        std::array<Window, 3> windows{}; ///< those before, the latest first
    };
    struct Region;
    static void add(Region &region, const Changes &patch);
    bool movesIn(const Region &region) const;

    StreamTime lookAnyway_;
    LumaGrid reference_; ///< of the last detection, at each place
    LumaGrid previous_;  ///< of the last sample
    MovedPatches movedPatches_;
    std::optional<StreamTime> lastDetected_;
    std::optional<StreamTime> awakeUntil_;
    int detectionsOwed_ = 0;
    std::optional<double> noise_;  ///< of patches' changes from sample to sample, sigma in levels
    std::vector<Changes> changes_; ///< by patch
    std::vector<float> habits_;    ///< by patch: what is nothing new there, levels
    StreamTime windowStart_{};
    int windowSamples_ = 0;
    std::vector<float> patches_; ///< scratch
    std::vector<float> sorted_;  ///< scratch
};

} // namespace ooto::core
