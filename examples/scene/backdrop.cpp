// SPDX-License-Identifier: LGPL-2.1-or-later
// Paints the hall slightly out of focus, as a camera that is focused on faces would see it.
#include "backdrop.h"

#include "photograph.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace ooto::scene
{

namespace
{

using Colour = cv::Vec3d; // BGR, 0..255

void fillGradient(cv::Mat picture, const Colour &top, const Colour &bottom)
{
    for (int y = 0; y < picture.rows; ++y) {
        const double t = picture.rows > 1 ? double(y) / (picture.rows - 1) : 0;
        picture.row(y).setTo(cv::Scalar(top * (1 - t) + bottom * t));
    }
}

/** A rectangle given in shares of the frame. */
cv::Rect part(cv::Size frame, double x, double y, double width, double height)
{
    return cv::Rect(cvRound(x * frame.width), cvRound(y * frame.height),
                    cvRound(width * frame.width), cvRound(height * frame.height)) &
           cv::Rect({0, 0}, frame);
}

void paintWindows(cv::Mat &hall, const std::string &photo)
{
    const cv::Size frame = hall.size();
    const cv::Rect glass = part(frame, 0.10, 0.08, 0.80, 0.52);
    cv::Mat view = readPhotograph(photo);
    if (view.empty()) {
        view.create(240, 640, CV_8UC3);
        fillGradient(view, {120, 80, 60}, {170, 180, 220});
    }
    const int rows = std::min(view.rows, view.cols * glass.height / glass.width);
    view = view.rowRange((view.rows - rows) / 2, (view.rows - rows) / 2 + rows);
    cv::Mat target = hall(glass);
    cv::resize(view, target, glass.size(), 0, 0, cv::INTER_CUBIC);
    target.convertTo(target, -1, 0.8, 30);

    const Colour steel(92, 84, 78);
    const int barPx = std::max(1, cvRound(0.008 * frame.width));
    for (int i = 0; i <= 4; ++i) {
        const int x = glass.x + i * glass.width / 4 - barPx / 2;
        cv::rectangle(hall, cv::Rect(x, glass.y, barPx, glass.height), steel, cv::FILLED);
    }
    for (const int y : {glass.y, glass.br().y - barPx})
        cv::rectangle(hall, cv::Rect(glass.x, y, glass.width, barPx), steel, cv::FILLED);
}

void paintLamps(cv::Mat &hall)
{
    const cv::Size frame = hall.size();
    for (const double x : {0.18, 0.5, 0.82})
        cv::rectangle(hall, part(frame, x - 0.05, 0.02, 0.10, 0.012), {225, 240, 250}, cv::FILLED);
}

/** Still noise: without it wide gradients turn into bands when they are encoded. */
void addGrain(cv::Mat &picture)
{
    cv::RNG random(7);
    cv::Mat noise(picture.size(), CV_16SC3);
    random.fill(noise, cv::RNG::NORMAL, 0, 1.5);
    cv::add(picture, noise, picture, cv::noArray(), CV_8U);
}

} // namespace

Backdrop paintBackdrop(cv::Size frame, const std::string &windowPhoto)
{
    Backdrop result;
    result.hall.create(frame, CV_8UC3);
    fillGradient(result.hall, {172, 180, 184}, {132, 138, 142});
    paintLamps(result.hall);
    paintWindows(result.hall, windowPhoto);
    const double focusPx = 0.003 * frame.width;
    cv::GaussianBlur(result.hall, result.hall, {}, focusPx, focusPx, cv::BORDER_REPLICATE);
    addGrain(result.hall);

    result.deskTopPx = cvRound(0.83 * frame.height);
    result.desk.create(frame.height - result.deskTopPx, frame.width, CV_8UC3);
    fillGradient(result.desk, {52, 74, 98}, {24, 34, 46});
    const int edgePx = std::max(1, frame.height / 90);
    fillGradient(result.desk.rowRange(0, edgePx), {120, 150, 178}, {80, 104, 130});
    addGrain(result.desk);
    return result;
}

Backdrop paintWall(cv::Size frame, const std::string &photo)
{
    const cv::Mat view = readPhotograph(photo);
    if (view.empty())
        return {};
    const double scale =
        std::max(double(frame.width) / view.cols, double(frame.height) / view.rows);
    Backdrop result;
    cv::resize(view, result.hall, {}, scale, scale, cv::INTER_AREA);
    const cv::Point corner((result.hall.cols - frame.width) / 2,
                           (result.hall.rows - frame.height) / 2);
    result.hall = result.hall(cv::Rect(corner, frame) & cv::Rect({0, 0}, result.hall.size()));
    cv::resize(result.hall, result.hall, frame);
    const double focusPx = 0.003 * frame.width;
    cv::GaussianBlur(result.hall, result.hall, {}, focusPx, focusPx, cv::BORDER_REPLICATE);
    addGrain(result.hall);
    result.deskTopPx = frame.height;
    return result;
}

} // namespace ooto::scene
