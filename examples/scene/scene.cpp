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
    for (const Place &place : script.places) {
        scene->places_.push_back(place.wallPhoto.empty() ? scene->backdrop_
                                                         : paintWall(frame, place.wallPhoto));
        if (scene->places_.back().hall.empty())
            return {nullptr, "cannot read the photograph " + place.wallPhoto +
                                 ": install the package that brings it"};
    }
    if (std::any_of(script.light.begin(), script.light.end(),
                    [](const Light &light) { return light.noise > 0; }))
        scene->noise_.prepare(frame);
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
        const Role &role = script_.roles[i];
        for (std::size_t visit = 0; visit < role.visits.size(); ++visit) {
            const auto place = placeAt(role.visits[visit], timeS);
            if (!place)
                continue;
            const cv::Rect2d &photoFace = cutouts_[i].facePx();
            const double scale = place->faceHeight * frame_.height / photoFace.height;
            const cv::Point2d centre(place->x * frame_.width, place->y * frame_.height);
            const cv::Size2d size(photoFace.width * scale, photoFace.height * scale);
            const cv::Point2d corner(centre.x - size.width / 2, centre.y - size.height / 2);
            actors.push_back({&cutouts_[i],
                              role.portrait.name,
                              centre,
                              scale,
                              {corner, size},
                              turnedAt(role.lookingAway, timeS),
                              visit});
        }
    }
    // Heads are about equally large: who looks larger stands nearer.
    std::stable_sort(actors.begin(), actors.end(), [](const Actor &a, const Actor &b) {
        return a.facePx.height < b.facePx.height;
    });
    return actors;
}

const Backdrop &Scene::backdropAt(double timeS) const
{
    const Backdrop *now = &backdrop_;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (script_.places[i].fromS <= timeS)
            now = &places_[i];
    }
    return *now;
}

/** What stands before the camera at one moment. */
void Scene::renderMoment(double timeS, cv::Mat &frame) const
{
    const Backdrop &backdrop = backdropAt(timeS);
    backdrop.hall.copyTo(frame);
    for (const Actor &actor : actorsAt(timeS))
        actor.cutout->drawOver(frame, actor.centrePx, actor.scale, actor.turned);
    for (const Pillar &pillar : script_.pillars)
        drawPillar(frame, pillar);
    if (!backdrop.desk.empty())
        backdrop.desk.copyTo(frame.rowRange(backdrop.deskTopPx, frame.rows));
    shift(frame, cameraShiftAt(script_.camera, frame_, timeS));
}

/** The mean of moments while the shutter is open: blur along each one's own path. */
void Scene::renderExposed(double timeS, cv::Mat &frame) const
{
    constexpr int kMoments = 8;
    cv::Mat sum;
    for (int i = 0; i < kMoments; ++i) {
        renderMoment(timeS + script_.shutterS * i / kMoments, frame);
        if (i == 0)
            frame.convertTo(sum, CV_16UC3);
        else
            cv::add(sum, frame, sum, cv::noArray(), CV_16U);
    }
    sum.convertTo(frame, CV_8UC3, 1.0 / kMoments);
}

void Scene::render(double timeS, cv::Mat &frame) const
{
    timeS = momentSeenAt(script_.frozen, timeS);
    if (script_.shutterS > 0)
        renderExposed(timeS, frame);
    else
        renderMoment(timeS, frame);
    const Light light = lightAt(script_.light, timeS);
    expose(frame, light);
    if (script_.grey)
        drainColours(frame);
    noise_.addTo(frame, light.noise, timeS);
}

std::vector<FaceTruth> Scene::truth(double timeS) const
{
    return truthOfMoment(momentSeenAt(script_.frozen, timeS));
}

std::vector<FaceTruth> Scene::truthOfMoment(double timeS) const
{
    const std::vector<Actor> actors = actorsAt(timeS + script_.shutterS / 2);
    const cv::Point2d moved = cameraShiftAt(script_.camera, frame_, timeS + script_.shutterS / 2);
    const cv::Rect2d inView = cv::Rect2d(-moved.x, -moved.y, frame_.width, frame_.height) &
                              cv::Rect2d(0, 0, frame_.width, backdropAt(timeS).deskTopPx);
    std::vector<FaceTruth> faces;
    for (std::size_t i = 0; i < actors.size(); ++i) {
        const cv::Rect2d &box = actors[i].facePx;
        const cv::Rect2d shown = box & inView;
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
            for (const Pillar &pillar : script_.pillars) {
                const cv::Rect hidden = (placeOf(pillar, frame_) & window) - window.tl();
                cover(hidden & cv::Rect({0, 0}, cover.size())).setTo(255);
            }
            visible = (1 - cv::mean(cover)[0] / 255) * shown.area() / box.area();
        }
        faces.push_back({actors[i].name, box + moved, visible, actors[i].turned, actors[i].visit});
    }
    return faces;
}

} // namespace ooto::scene
