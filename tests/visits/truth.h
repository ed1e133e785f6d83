// SPDX-License-Identifier: LGPL-2.1-or-later
// What really is in each frame: who, where, and whether a photo of it would be worth a call.
#pragma once

#include "core/base/box.h"
#include "scene/scene.h"
#include "vision/detector.h"

#include <opencv2/core/mat.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ooto::visits
{

/** One person in one frame. Boxes in px of the frame. */
struct TrueFace {
    std::string person;
    std::size_t stay = 0; ///< which of the person's stays in the scene, from 0
    /** Where the script has it, brow to chin; in a clip where it was a moment ago, if not found. */
    core::Box madeBox;
    core::Box foundBox; ///< where the detector sees it in this very frame; empty when it does not
    double visibleShare = 1;
    double turned = 0;
    bool usable = false; ///< a photo of now would do: see TruthKeeper
};

struct FrameTruth {
    double timeS = 0;
    std::vector<TrueFace> faces;
    std::vector<core::Box> detections; ///< all of the detector's, px of the frame
};

enum class TruthBoxes {
    Detector, ///< the same detector on every frame
    Script,   ///< the scene's own boxes, while most of the face is seen
};

/** The face's box where it counts as visible; an empty one where it does not. */
core::Box trueBox(const TrueFace &face, TruthBoxes boxes);

/**
 * Runs the detector on every frame, as large as the element does, and says whose face it sees.
 *
 * A face is *usable* when the detector finds it, it is as large as the element's `min-face-size`,
 * faces the camera, is not cut off by the frame's edge, nine tenths of it are not hidden, its blur
 * by motion is at most a tenth of its width, and its mean brightness at least 0.15.
 */
class TruthKeeper
{
public:
    using Script = std::function<std::vector<scene::FaceTruth>(double timeS)>;

    /**
     * @param script    who is where at a time; empty: a clip, where one chain of boxes is one
     *                  person
     * @param minFacePx the element's `min-face-size`
     */
    TruthKeeper(std::unique_ptr<vision::Detector> detector, Script script, double shutterS,
                int minFacePx);

    FrameTruth look(double timeS, const cv::Mat &frame);

private:
    struct Chain {
        std::string person;
        core::Box box;
        double seenS = 0;
    };

    void takeScript(FrameTruth &truth) const;
    void takeChains(FrameTruth &truth);
    bool isUsable(const TrueFace &face, double timeS, const cv::Mat &frame) const;

    std::unique_ptr<vision::Detector> detector_;
    Script script_;
    double shutterS_;
    int minFacePx_;
    std::map<std::string, Chain> before_; ///< where the script had each person in the last frame
    std::vector<Chain> chains_;
    std::size_t people_ = 0;
};

} // namespace ooto::visits
