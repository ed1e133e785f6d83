// SPDX-License-Identifier: LGPL-2.1-or-later
// Where pictures come from, a scene or a video file, and a sheet of them to judge by eye.
#pragma once

#include "scene/scene.h"
#include "visits/scenes.h"
#include "visits/score.h"

#include <gst/gst.h>
#include <opencv2/core/mat.hpp>

#include <memory>
#include <string>
#include <vector>

namespace ooto::visits
{

class Pictures
{
public:
    virtual ~Pictures() = default;
    /** CV_8UC3, BGR. @return false at the end */
    virtual bool next(cv::Mat &frame, double &timeS) = 0;
    virtual cv::Size sizePx() const = 0;
    virtual double framesPerSecond() const = 0;
    virtual double shutterS() const { return 0; }
    /** Who is where at a time, where that is known beforehand. */
    virtual TruthKeeper::Script script() const { return {}; }
};

/** @param error set to a text for people when nullptr is returned */
std::unique_ptr<Pictures> openScene(const BenchScene &scene, std::string &error);
std::unique_ptr<Pictures> openClip(const std::string &file, std::string &error);

/** Twelve pictures, evenly over the whole length, with true boxes in green and shown ones in red.
 */
class Sheet
{
public:
    explicit Sheet(double everyS) : everyS_(everyS) {}
    void add(const cv::Mat &frame, const FrameTruth &truth, const std::vector<ShownFace> &shown);
    bool save(const std::string &file) const;

private:
    double everyS_;
    double nextS_ = 0;
    std::vector<cv::Mat> pictures_;
};

} // namespace ooto::visits
