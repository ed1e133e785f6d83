// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/appearance.h"
#include "vision/mat_view.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>

namespace ooto::vision
{
namespace
{

/** A part of a person, in widths and heights of the face's box from its top left corner. */
constexpr std::array<core::Box, 3> zones = {{
    {0.10, -0.25, 0.80, 0.40}, // hair: above the box down to the brow
    {0.20, 0.25, 0.60, 0.60},  // face: between the ears, brow to mouth
    {0.00, 1.25, 1.00, 0.95},  // clothes: below the neck
}};
constexpr double leastShareInImage = 0.6;

/** A zone is looked at as so many samples, each the mean of its share of the zone. */
constexpr int samplesPerSide = 12;
/** Area means of more pixels per sample cost time and tell no more. */
constexpr int pixelsPerSample = 3;

constexpr int chromaSide = 4;
constexpr int chromaBins = chromaSide * chromaSide;
constexpr int lumaBins = core::Appearance::binsPerZone - chromaBins;
constexpr float chromaShare = 0.6f; ///< of a histogram's sum

/** Darker than this colours drown in noise, and count as ever less colourful. */
constexpr float darkSum = 48; ///< of the three channels, 0..765
// Colours are spread over the bins by x / (|x| + half): as finely near grey, where clothes and
// skin lie, as the few bins allow.
constexpr float halfRedGreen = 0.12f;
constexpr float halfBlueYellow = 0.25f;
constexpr float darkestLuma = 12;

/** Adds to the two bins around a position of 0 to bins - 1, so that small changes stay small. */
struct SoftBin {
    int low;
    float share; ///< of the bin above

    SoftBin(float position, int bins)
    {
        const float inside = std::clamp(position, 0.0f, static_cast<float>(bins - 1));
        low = std::min(static_cast<int>(inside), bins - 2);
        share = inside - static_cast<float>(low);
    }
};

float squeezed(float value, float half)
{
    return (1 + value / (std::abs(value) + half)) * (chromaSide - 1) / 2;
}

void addColour(core::Appearance::Zone &histogram, const cv::Vec3b &bgr, float weight)
{
    const float b = bgr[0];
    const float g = bgr[1];
    const float r = bgr[2];
    const float sum = b + g + r + darkSum;
    const SoftBin x(squeezed((r - g) / sum, halfRedGreen), chromaSide);
    const SoftBin y(squeezed((b - (r + g) / 2) / sum, halfBlueYellow), chromaSide);
    const float chroma = weight * chromaShare;
    float *bin = &histogram[static_cast<std::size_t>(y.low * chromaSide + x.low)];
    bin[0] += chroma * (1 - x.share) * (1 - y.share);
    bin[1] += chroma * x.share * (1 - y.share);
    bin[chromaSide] += chroma * (1 - x.share) * y.share;
    bin[chromaSide + 1] += chroma * x.share * y.share;

    // By its logarithm, since a change of light multiplies.
    static const float span = std::log(255 / darkestLuma);
    const float luma = 0.114f * b + 0.587f * g + 0.299f * r;
    const float stops = std::log(std::max(luma, darkestLuma) / darkestLuma);
    const SoftBin level(stops / span * (lumaBins - 1), lumaBins);
    bin = &histogram[static_cast<std::size_t>(chromaBins + level.low)];
    bin[0] += weight * (1 - chromaShare) * (1 - level.share);
    bin[1] += weight * (1 - chromaShare) * level.share;
}

cv::Rect wholePixels(const core::Box &box)
{
    const int left = static_cast<int>(std::lround(box.x));
    const int top = static_cast<int>(std::lround(box.y));
    return {left, top, std::max(1, static_cast<int>(std::lround(box.right())) - left),
            std::max(1, static_cast<int>(std::lround(box.bottom())) - top)};
}

core::Appearance::Zone coloursOf(const cv::Mat &zone)
{
    cv::Mat picked = zone;
    const cv::Size most(samplesPerSide * pixelsPerSample, samplesPerSide * pixelsPerSample);
    if (zone.cols > most.width || zone.rows > most.height)
        cv::resize(zone, picked,
                   {std::min(zone.cols, most.width), std::min(zone.rows, most.height)}, 0, 0,
                   cv::INTER_NEAREST);
    cv::Mat samples;
    cv::resize(picked, samples, {samplesPerSide, samplesPerSide}, 0, 0, cv::INTER_AREA);

    core::Appearance::Zone histogram{};
    float sum = 0;
    for (int y = 0; y < samples.rows; ++y) {
        for (int x = 0; x < samples.cols; ++x) {
            // Less towards the sides, where the background begins.
            const float weight = static_cast<float>(1 + std::min(x, samples.cols - 1 - x));
            addColour(histogram, samples.at<cv::Vec3b>(y, x), weight);
            sum += weight;
        }
    }
    for (float &bin : histogram)
        bin /= sum;
    return histogram;
}

/** Throws what OpenCV throws. */
std::optional<core::Appearance> coloursAround(const cv::Mat &mat, const core::Box &face)
{
    const core::Box whole{0, 0, static_cast<double>(mat.cols), static_cast<double>(mat.rows)};
    core::Appearance appearance;
    bool any = false;
    for (std::size_t i = 0; i < zones.size(); ++i) {
        core::Box zone = core::scaled(zones[i], face.width, face.height);
        zone.x += face.x;
        zone.y += face.y;
        if (core::intersection(zone, whole).area() < leastShareInImage * zone.area())
            continue;
        const cv::Rect pixels = wholePixels(zone) & cv::Rect(0, 0, mat.cols, mat.rows);
        if (pixels.empty())
            continue;
        appearance.zones[i] = coloursOf(mat(pixels));
        any = true;
    }
    return any ? std::optional(appearance) : std::nullopt;
}

} // namespace

std::optional<core::Appearance> appearanceOf(const core::ImageView &image, const core::Box &face)
{
    const cv::Mat mat = asMat(image);
    constexpr double farthest = 1e6; // px; no face is there, and whole numbers end somewhere
    if (mat.empty() || face.empty() || !(std::abs(face.x) + std::abs(face.y) < farthest) ||
        !(face.width + face.height < farthest))
        return std::nullopt;
    try {
        return coloursAround(mat, face);
    } catch (const std::exception &) {
        return std::nullopt; // no memory
    }
}

} // namespace ooto::vision
