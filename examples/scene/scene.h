// SPDX-License-Identifier: LGPL-2.1-or-later
// Renders a script, and knows where every face is: known truth for the demo, tests and benchmarks.
#pragma once

#include "backdrop.h"
#include "cutout.h"
#include "effects.h"
#include "script.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::scene
{

/** One face that the script has in the scene at some time, in the frame or beyond its edges. */
struct FaceTruth {
    std::string name;
    cv::Rect2d boxPx;        ///< frame pixels; may reach beyond the frame
    double visibleShare = 0; ///< 0..1 of the box: inside the frame and behind nobody and nothing
    double turned = 0;       ///< 0 looks into the camera, 1 shows the back of the head
    std::size_t visit = 0;   ///< which of the role's visits, from 0
};

class Scene;

/** A scene, or a text for people that says which file is missing. */
struct LoadedScene {
    std::unique_ptr<Scene> scene;
    std::string error;
};

/** Any thread; the same times give the same pictures. */
class Scene
{
public:
    /** @param frame size in px, square pixels */
    static LoadedScene load(const Script &script, cv::Size frame);

    double durationS() const { return script_.durationS; }

    /** @param frame becomes CV_8UC3, BGR; memory of the right size is used as it is */
    void render(double timeS, cv::Mat &frame) const;

    /** Everybody who is in the scene, the farthest first. */
    std::vector<FaceTruth> truth(double timeS) const;

private:
    struct Actor {
        const Cutout *cutout;
        std::string name;
        cv::Point2d centrePx;
        double scale; ///< frame pixels to a photo's
        cv::Rect2d facePx;
        double turned;
        std::size_t visit;
    };

    Scene() = default;
    std::vector<Actor> actorsAt(double timeS) const;
    const Backdrop &backdropAt(double timeS) const;
    std::vector<FaceTruth> truthOfMoment(double timeS) const;
    void renderMoment(double timeS, cv::Mat &frame) const;
    void renderExposed(double timeS, cv::Mat &frame) const;

    Script script_;
    cv::Size frame_;
    Backdrop backdrop_;
    std::vector<Backdrop> places_; ///< one for each place
    std::vector<Cutout> cutouts_;  ///< one for each role
    SensorNoise noise_;
};

} // namespace ooto::scene
