// SPDX-License-Identifier: LGPL-2.1-or-later
#include "effects.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ooto::scene
{

namespace
{

constexpr int kNoiseMarginPx = 61;
constexpr double kNoiseUnit = 16; // of the field, for one step of a frame's values

double mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

/** The two keyframes around a time, and how far it is from the first to the second. */
template<typename Keyframe>
struct Between {
    Keyframe a;
    Keyframe b;
    double t = 0;
};

template<typename Keyframe>
Between<Keyframe> around(const std::vector<Keyframe> &keyframes, double timeS)
{
    if (keyframes.empty())
        return {};
    const auto next = std::find_if(keyframes.begin(), keyframes.end(),
                                   [timeS](const Keyframe &each) { return each.timeS > timeS; });
    if (next == keyframes.begin())
        return {*next, *next, 0};
    const Keyframe &before = *(next - 1);
    if (next == keyframes.end())
        return {before, before, 0};
    return {before, *next, (timeS - before.timeS) / (next->timeS - before.timeS)};
}

/** Brighter from left to right, or the other way round. */
void lightFromTheSide(cv::Mat &frame, double side)
{
    for (int x = 0; x < frame.cols; ++x) {
        cv::Mat column = frame.col(x);
        column.convertTo(column, -1, 1 + side * (2.0 * x / frame.cols - 1));
    }
}

} // namespace

Light lightAt(const std::vector<Light> &light, double timeS)
{
    const auto [a, b, t] = around(light, timeS);
    return {timeS, mix(a.gain, b.gain, t), mix(a.gamma, b.gamma, t), mix(a.noise, b.noise, t),
            mix(a.side, b.side, t)};
}

cv::Point2d cameraShiftAt(const std::vector<CameraShift> &camera, cv::Size frame, double timeS)
{
    const auto [a, b, t] = around(camera, timeS);
    return {mix(a.x, b.x, t) * frame.width, mix(a.y, b.y, t) * frame.height};
}

double turnedAt(const std::vector<Span> &lookingAway, double timeS)
{
    double turned = 0;
    for (const Span &span : lookingAway) {
        const double inside = std::min(timeS - span.fromS, span.untilS - timeS);
        turned = std::max(turned, std::clamp(inside / kTurningS, 0.0, 1.0));
    }
    return turned;
}

cv::Rect placeOf(const Pillar &pillar, cv::Size frame)
{
    const int left = cvRound((pillar.x - pillar.width / 2) * frame.width);
    return cv::Rect(left, 0, cvRound(pillar.width * frame.width), frame.height) &
           cv::Rect({0, 0}, frame);
}

void drawPillar(cv::Mat &frame, const Pillar &pillar)
{
    const cv::Rect place = placeOf(pillar, frame.size());
    for (int x = 0; x < place.width; ++x) {
        // Round: lit from the front, darker towards its sides.
        const double across = 2.0 * (x + 0.5) / place.width - 1;
        const double light = 0.55 + 0.45 * std::sqrt(1 - across * across);
        frame(cv::Rect(place.x + x, 0, 1, place.height)).setTo(cv::Scalar(150, 160, 165) * light);
    }
}

void shift(cv::Mat &frame, cv::Point2d byPx)
{
    if (std::abs(byPx.x) < 0.01 && std::abs(byPx.y) < 0.01)
        return;
    const cv::Matx23d moving(1, 0, byPx.x, 0, 1, byPx.y);
    cv::Mat moved;
    cv::warpAffine(frame, moved, moving, frame.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::swap(frame, moved);
}

void drainColours(cv::Mat &frame)
{
    cv::Mat grey;
    cv::cvtColor(frame, grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, frame, cv::COLOR_GRAY2BGR);
}

double momentSeenAt(const std::vector<Span> &frozen, double timeS)
{
    for (const Span &span : frozen) {
        if (timeS >= span.fromS && timeS < span.untilS)
            return span.fromS;
    }
    return timeS;
}

void expose(cv::Mat &frame, const Light &light)
{
    if (light.side != 0)
        lightFromTheSide(frame, light.side);
    if (light.gain == 1 && light.gamma == 1)
        return;
    cv::Mat table(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i)
        table.at<std::uint8_t>(i) =
            cv::saturate_cast<std::uint8_t>(255 * light.gain * std::pow(i / 255.0, light.gamma));
    cv::LUT(frame, table, frame);
}

void SensorNoise::prepare(cv::Size frame)
{
    field_.create(frame.height + kNoiseMarginPx, frame.width + kNoiseMarginPx, CV_16SC3);
    cv::RNG random(11);
    random.fill(field_, cv::RNG::NORMAL, 0, kNoiseUnit);
}

void SensorNoise::addTo(cv::Mat &frame, double deviation, double timeS) const
{
    if (deviation <= 0 || field_.empty())
        return;
    cv::RNG random(static_cast<std::uint64_t>(std::llround(timeS * 1000)) + 1);
    random.next(); // the first ones of neighbouring seeds are neighbours too
    const cv::Point corner(random.uniform(0, kNoiseMarginPx), random.uniform(0, kNoiseMarginPx));
    cv::Mat noise;
    field_(cv::Rect(corner, frame.size())).convertTo(noise, CV_16S, deviation / kNoiseUnit);
    cv::add(frame, noise, frame, cv::noArray(), CV_8U);
}

} // namespace ooto::scene
