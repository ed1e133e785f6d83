// SPDX-License-Identifier: LGPL-2.1-or-later
// Histograms of oriented gradients of the aligned face, mean subtracted, compared by their cosine.
//
// Measured with YuNet: both Debian portraits, faces of 60 to 400 px, shifted and JPEG coded, are
// like themselves by 0.88 or more and like one another by 0.44 or less; four people of two clips
// are like anyone else by 0.63 or less, and like themselves by 0.85 to 0.92 in the mean, down to
// 0.5 when they turn their heads. With the cascade, which has no landmarks, the portraits come to
// 0.87 and 0.53. Sharper pictures (less blur) and smaller cells separate worse.
#include "matcher.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace ooto::server
{
namespace
{

constexpr int sidePx = 64; ///< of the aligned face
constexpr int cellPx = 16;
constexpr int directions = 9;
constexpr double blurSigmaPx = 2; ///< makes small and large photographs alike

/** Where landmarks come to lie, in shares of the side: the average face, eyes on one line. */
constexpr std::array<core::Point, 5> template5 = {
    {{0.34, 0.40}, {0.66, 0.40}, {0.5, 0.58}, {0.37, 0.75}, {0.63, 0.75}}};
/** The part of a box's width that is compared; the cascade's boxes reach beyond the face. */
constexpr double boxShare = 0.8;

/** x' = a x - b y + dx, y' = b x + a y + dy: rotation, scale and shift. */
struct Similarity {
    double a;
    double b;
    double dx;
    double dy;
};

/** The least squares fit of the landmarks onto the template. */
Similarity fromLandmarks(const core::Landmarks &landmarks)
{
    core::Point from;
    core::Point to;
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        from = {from.x + landmarks[i].x / 5, from.y + landmarks[i].y / 5};
        to = {to.x + template5[i].x * sidePx / 5, to.y + template5[i].y * sidePx / 5};
    }
    double along = 0;
    double across = 0;
    double spread = 1e-9; // so that five landmarks in one point divide by something
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        const double x = landmarks[i].x - from.x;
        const double y = landmarks[i].y - from.y;
        const double u = template5[i].x * sidePx - to.x;
        const double v = template5[i].y * sidePx - to.y;
        along += x * u + y * v;
        across += x * v - y * u;
        spread += x * x + y * y;
    }
    const double a = along / spread;
    const double b = across / spread;
    return {a, b, to.x - a * from.x + b * from.y, to.y - b * from.x - a * from.y};
}

Similarity fromBox(const core::Box &box)
{
    const double scale = sidePx / std::max(1.0, box.width * boxShare);
    return {scale, 0, sidePx / 2.0 - scale * box.centre().x, sidePx / 2.0 - scale * box.centre().y};
}

/** Moved by shares of the aligned side and scaled about its middle. */
Similarity nudged(const Similarity &at, double right, double down, double scale)
{
    const double middle = sidePx / 2.0;
    return {at.a * scale, at.b * scale, (at.dx - middle) * scale + middle + right * sidePx,
            (at.dy - middle) * scale + middle + down * sidePx};
}

Descriptor describe(const cv::Mat &grey, const Similarity &alignment)
{
    const cv::Mat matrix = (cv::Mat_<double>(2, 3) << alignment.a, -alignment.b, alignment.dx,
                            alignment.b, alignment.a, alignment.dy);
    cv::Mat face;
    cv::warpAffine(grey, face, matrix, {sidePx, sidePx}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::GaussianBlur(face, face, {}, blurSigmaPx);

    const cv::HOGDescriptor hog({sidePx, sidePx}, {2 * cellPx, 2 * cellPx}, {cellPx, cellPx},
                                {cellPx, cellPx}, directions);
    Descriptor values;
    hog.compute(face, values);
    // The root evens out strong and faint edges; the mean is what all faces share.
    for (float &value : values)
        value = std::sqrt(value);
    const float mean = std::accumulate(values.begin(), values.end(), 0.0f) /
                       static_cast<float>(std::max<std::size_t>(1, values.size()));
    double length = 0;
    for (float &value : values) {
        value -= mean;
        length += static_cast<double>(value) * value;
    }
    length = std::sqrt(length);
    for (float &value : values)
        value = length > 1e-6 ? static_cast<float>(value / length) : 0.0f;
    return values;
}

} // namespace

FaceViews describeFace(const cv::Mat &grey, const vision::Detection &face)
{
    Similarity alignment = face.landmarks ? fromLandmarks(*face.landmarks) : fromBox(face.box);
    cv::Mat source = grey;
    // Linear interpolation skips pixels when it shrinks by more than half.
    const double scale = std::hypot(alignment.a, alignment.b);
    if (scale > 0 && scale < 0.5) {
        cv::resize(grey, source, {}, scale, scale, cv::INTER_AREA);
        const double shrunk = static_cast<double>(source.cols) / grey.cols;
        alignment.a /= shrunk;
        alignment.b /= shrunk;
    }

    FaceViews views;
    views.upright = describe(source, alignment);
    for (const double right : {-0.06, 0.0, 0.06})
        for (const double down : {-0.06, 0.0, 0.06})
            for (const double grow : {0.93, 1.0, 1.07})
                views.nearby.push_back(describe(source, nudged(alignment, right, down, grow)));
    return views;
}

double similarity(const FaceViews &probe, const Descriptor &enrolled)
{
    const auto cosine = [&](const Descriptor &view) {
        return view.size() == enrolled.size()
                   ? std::inner_product(view.begin(), view.end(), enrolled.begin(), 0.0)
                   : 0.0;
    };
    double best = cosine(probe.upright);
    for (const Descriptor &view : probe.nearby)
        best = std::max(best, cosine(view));
    return std::clamp(best, -1.0, 1.0);
}

} // namespace ooto::server
