// SPDX-License-Identifier: LGPL-2.1-or-later
// What lies between the place and its picture: light, noise, a camera that is pushed, pillars.
#pragma once

#include "script.h"

#include <opencv2/core/mat.hpp>

#include <vector>

namespace ooto::scene
{

Light lightAt(const std::vector<Light> &light, double timeS);
/** By how many px the picture is moved. */
cv::Point2d cameraShiftAt(const std::vector<CameraShift> &camera, cv::Size frame, double timeS);
/** 0 looks into the camera, 1 shows the back of the head. */
double turnedAt(const std::vector<Span> &lookingAway, double timeS);

/** In px of the frame. */
cv::Rect placeOf(const Pillar &pillar, cv::Size frame);
void drawPillar(cv::Mat &frame, const Pillar &pillar);

/** Moves the picture; what comes in at the edges is the edge's own colour. */
void shift(cv::Mat &frame, cv::Point2d byPx);
void expose(cv::Mat &frame, const Light &light);
void drainColours(cv::Mat &frame);
/** When it happened what is seen now: earlier while the picture is frozen. */
double momentSeenAt(const std::vector<Span> &frozen, double timeS);

/** The noise of a sensor: of one standard deviation, another at each time, the same in each run. */
class SensorNoise
{
public:
    void prepare(cv::Size frame);
    void addTo(cv::Mat &frame, double deviation, double timeS) const;

private:
    cv::Mat field_; ///< CV_16SC3, larger than the frame; a frame's noise is a part of it
};

} // namespace ooto::scene
