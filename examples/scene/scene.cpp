// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts hall, actors and desk over one another.
#include "scene.h"

#include "motion.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <utility>

namespace ooto::scene
{

LoadedScene Scene::load(const Script &script, cv::Size frame)
{
    std::unique_ptr<Scene> scene(new Scene);
    scene->script_ = script;
    scene->frame_ = frame;
    scene->backdrop_ = paintBackdrop(frame, script.windowPhoto);
    scene->cutouts_.resize(script.roles.size());
    for (std::size_t i = 0; i < script.roles.size(); ++i) {
        const Portrait &portrait = script.roles[i].portrait;
        if (!scene->cutouts_[i].load(portrait))
            return {nullptr, "cannot read the photograph of " + portrait.name + ", " +
                                 portrait.file + ": install the package that brings it"};
    }
    return {std::move(scene), {}};
}

std::vector<Scene::Actor> Scene::actorsAt(double timeS) const
{
    std::vector<Actor> actors;
    for (std::size_t i = 0; i < script_.roles.size(); ++i) {
        for (const Visit &visit : script_.roles[i].visits) {
            const auto place = placeAt(visit, timeS);
            if (!place)
                continue;
            const cv::Rect2d &photoFace = cutouts_[i].facePx();
            const double scale = place->faceHeight * frame_.height / photoFace.height;
            const cv::Point2d centre(place->x * frame_.width, place->y * frame_.height);
            const cv::Size2d size(photoFace.width * scale, photoFace.height * scale);
            const cv::Point2d corner(centre.x - size.width / 2, centre.y - size.height / 2);
            actors.push_back(
                {&cutouts_[i], script_.roles[i].portrait.name, centre, scale, {corner, size}});
        }
    }
    // Heads are about equally large: who looks larger stands nearer.
    std::stable_sort(actors.begin(), actors.end(), [](const Actor &a, const Actor &b) {
        return a.facePx.height < b.facePx.height;
    });
    return actors;
}

void Scene::render(double timeS, cv::Mat &frame) const
{
    backdrop_.hall.copyTo(frame);
    for (const Actor &actor : actorsAt(timeS))
        actor.cutout->drawOver(frame, actor.centrePx, actor.scale);
    backdrop_.desk.copyTo(frame.rowRange(backdrop_.deskTopPx, frame.rows));
}

std::vector<FaceTruth> Scene::truth(double timeS) const
{
    const std::vector<Actor> actors = actorsAt(timeS);
    std::vector<FaceTruth> faces;
    for (std::size_t i = 0; i < actors.size(); ++i) {
        const cv::Rect2d &box = actors[i].facePx;
        const cv::Rect2d shown =
            box & cv::Rect2d(0, 0, frame_.width, std::min(frame_.height, backdrop_.deskTopPx));
        double visible = 0;
        if (!shown.empty()) {
            const cv::Rect window(shown);
            cv::Mat cover(std::max(1, window.height), std::max(1, window.width), CV_8UC1,
                          cv::Scalar(0));
            for (std::size_t nearer = i + 1; nearer < actors.size(); ++nearer) {
                const cv::Point2d offset(window.x, window.y);
                actors[nearer].cutout->drawOver(cover, actors[nearer].centrePx - offset,
                                                actors[nearer].scale);
            }
            visible = (1 - cv::mean(cover)[0] / 255) * shown.area() / box.area();
        }
        faces.push_back({actors[i].name, box, visible});
    }
    return faces;
}

} // namespace ooto::scene
