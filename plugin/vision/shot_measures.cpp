// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/shot_measures.h"
#include "vision/mat_view.h"
#include "vision/serially.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <vector>

namespace ooto::vision
{
namespace
{

/** Every face is measured at this size of its box's shorter side, whatever size it has. */
constexpr double canonicalPx = 112;
/** From the brow to below the mouth, ears and background left out; shares of the face's box. */
constexpr core::Box inner{0.1, 0.1, 0.8, 0.85};
constexpr int leastPx = 6; ///< of either side of the inner face

constexpr double fineSigma = 0.8; ///< canonical px
constexpr double coarseSigma = 3;
constexpr int cellPx = 8;
/** So many of the cells show plain skin, where what is fine is noise. */
constexpr double plainShare = 0.25;
/** The plainest cells lie below the noise's mean by chance; so much more is noise for certain. */
constexpr double plainCellsMiss = 1.3;
constexpr double leastChange = 10; ///< of a cell; a picture without any is not sharp
/**
 * How much of the coarse change there is in the fine one, for a smear and for a sharp face. Found
 * on two portraits of 112 px (Grace Hopper, Eileen Collins); as a result sharpness is there
 *
 *     clean, also of 64 to 200 px        1.00  1.00     of 48 px  0.93 0.83   24 px  0.19 0.25
 *     horizontal motion by 3 5 7 9 13 px 1.00 0.91 0.66 0.44 0.14    0.86 0.58 0.37 0.17 0.02
 *     vertical motion                    1.00 0.68 0.18 0.00 0.00    0.94 0.71 0.43 0.24 0.05
 *     defocus, sigma 1 1.5 2 3 px        0.90 0.53 0.24 0.00         0.69 0.45 0.19 0.00
 *     noise, sigma 15; JPEG quality 15   1.00 1.00                   1.00 1.00
 *     defocus 3 with either              0.00 0.00                   0.00 0.05
 *
 * and 0.5 to 0.7 for the two faces of 65 px in a clip of 480x270 px that was compressed hard.
 */
constexpr double ratioOfSmear = 1.2;
constexpr double ratioOfSharp = 2.8;

double ramp(double value, double from, double to)
{
    return std::clamp((value - from) / (to - from), 0.0, 1.0);
}

/** Mean products of the derivatives; how strongly the picture changes in any direction. */
struct Gradients {
    double xx = 0;
    double yy = 0;
    double xy = 0;

    double along(double angle) const
    {
        const double c = std::cos(angle);
        const double s = std::sin(angle);
        return c * c * xx + 2 * c * s * xy + s * s * yy;
    }
};

/** Sums over the cells of the picture seen through a Gaussian. */
std::vector<Gradients> changes(const cv::Mat &luma, double sigma)
{
    cv::Mat smooth;
    cv::GaussianBlur(luma, smooth, {}, sigma, sigma, cv::BORDER_REPLICATE);
    std::vector<Gradients> cells;
    for (int top = 1; top + cellPx < smooth.rows; top += cellPx) {
        for (int left = 1; left + cellPx < smooth.cols; left += cellPx) {
            float xx = 0;
            float yy = 0;
            float xy = 0;
            for (int y = top; y < top + cellPx; ++y) {
                const float *above = smooth.ptr<float>(y - 1);
                const float *row = smooth.ptr<float>(y);
                const float *below = smooth.ptr<float>(y + 1);
                for (int x = left; x < left + cellPx; ++x) {
                    const float dx = row[x + 1] - row[x - 1];
                    const float dy = below[x] - above[x];
                    xx += dx * dx;
                    yy += dy * dy;
                    xy += dx * dy;
                }
            }
            cells.push_back({xx, yy, xy});
        }
    }
    return cells;
}

/** The cells' mean in one direction; `energies` is scratch. */
double meanAlong(const std::vector<Gradients> &cells, double angle, std::vector<double> &energies)
{
    energies.clear();
    double sum = 0;
    for (const Gradients &cell : cells) {
        energies.push_back(cell.along(angle));
        sum += energies.back();
    }
    return sum / static_cast<double>(cells.size());
}

double sharpnessOf(const cv::Mat &luma)
{
    const std::vector<Gradients> fine = changes(luma, fineSigma);
    const std::vector<Gradients> coarse = changes(luma, coarseSigma);
    std::vector<double> energies;
    // Motion smears one direction only, so the worst of them counts.
    constexpr int directions = 8;
    double worst = ratioOfSharp;
    for (int i = 0; i < directions && !fine.empty(); ++i) {
        const double angle = i * CV_PI / directions;
        const double whole = meanAlong(coarse, angle, energies);
        const double detail = meanAlong(fine, angle, energies);
        const auto plain = energies.begin() + static_cast<std::ptrdiff_t>(
                                                  plainShare * static_cast<double>(fine.size()));
        std::nth_element(energies.begin(), plain, energies.end());
        const double structure = std::max(0.0, detail - plainCellsMiss * *plain);
        worst = std::min(worst, structure / std::max(leastChange, whole));
    }
    return ramp(std::log(std::max(worst, 1e-3)), std::log(ratioOfSmear), std::log(ratioOfSharp));
}

double exposureOf(const cv::Mat &luma)
{
    std::array<int, 256> histogram{};
    double sum = 0;
    for (int y = 0; y < luma.rows; ++y) {
        for (int x = 0; x < luma.cols; ++x) {
            const std::uint8_t value = luma.at<std::uint8_t>(y, x);
            ++histogram[value];
            sum += value;
        }
    }
    const double all = static_cast<double>(luma.total());
    const auto upTo = [&](double share) {
        int level = 0;
        for (double seen = histogram[0]; seen < share * all && level < 255;)
            seen += histogram[static_cast<std::size_t>(++level)];
        return level;
    };
    const auto within = [&](int from, int to) {
        int count = 0;
        for (int level = from; level <= to; ++level)
            count += histogram[static_cast<std::size_t>(level)];
        return count / all;
    };
    const double mean = sum / all;
    const double brightness = std::min(ramp(mean, 12, 60), 1 - ramp(mean, 195, 245));
    const double contrast = ramp(upTo(0.95) - upTo(0.05), 8, 55);
    const double burnt = 1 - ramp(within(250, 255), 0.05, 0.5);
    const double drowned = 1 - ramp(within(0, 12), 0.25, 0.8);
    return brightness * contrast * burnt * drowned;
}

core::ShotMeasures measured(const cv::Mat &face, double scale)
{
    cv::Mat grey;
    cv::cvtColor(face, grey, cv::COLOR_BGR2GRAY);
    cv::Mat luma;
    const auto side = [&](int px) {
        return std::max(3 * cellPx, static_cast<int>(std::lround(px * scale)));
    };
    cv::resize(grey, luma, {side(grey.cols), side(grey.rows)}, 0, 0,
               scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    cv::Mat fine;
    luma.convertTo(fine, CV_32F);
    return {sharpnessOf(fine), exposureOf(luma)};
}

} // namespace

core::ShotMeasures measureShot(const core::ImageView &crop, const core::Box &faceInCrop)
{
    const cv::Mat mat = asMat(crop);
    core::Box face = core::scaled(inner, faceInCrop.width, faceInCrop.height);
    face.x += faceInCrop.x;
    face.y += faceInCrop.y;
    const core::Box seen = core::intersection(
        face, {0, 0, static_cast<double>(mat.cols), static_cast<double>(mat.rows)});
    if (mat.empty() || !(seen.width >= leastPx && seen.height >= leastPx))
        return {};
    const cv::Rect pixels(static_cast<int>(seen.x), static_cast<int>(seen.y),
                          static_cast<int>(seen.width), static_cast<int>(seen.height));
    try {
        return serially(
            [&] { return measured(mat(pixels), canonicalPx / faceInCrop.shorterSide()); });
    } catch (const std::exception &) {
        return {}; // no memory
    }
}

} // namespace ooto::vision
