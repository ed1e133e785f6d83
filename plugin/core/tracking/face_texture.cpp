// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/face_texture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace ooto::core
{

namespace
{

double cosine(const FaceTexture::Vector &a, const FaceTexture::Vector &b)
{
    std::array<float, 8> sums{}; // side by side, none waits for another
    std::size_t i = 0;
    for (; i + sums.size() <= a.size(); i += sums.size())
        for (std::size_t lane = 0; lane < sums.size(); ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    for (; i < a.size(); ++i)
        sums[0] += a[i] * b[i];
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

double textureSimilarity(const FaceTexture &known, const FaceTexture &seen)
{
    if (known.variants.empty())
        return 0;
    const FaceTexture::Vector &reference = known.variants.front();
    double best = 0; // as unlike as it gets, which what is not a number is, too
    for (const FaceTexture::Vector &variant : seen.variants)
        if (variant.size() == reference.size())
            best = std::max(best, cosine(variant, reference));
    return std::min(best, 1.0);
}

FaceTexturePtr textureOfPicture(const LumaGrid &picture)
{
    constexpr double leastDeviation = 2; // levels; less is noise
    constexpr int reach = 5;             // cells: what is larger is light
    if (picture.empty())
        return nullptr;
    FaceTexture::Vector detail(picture.luma.size());
    double power = 0;
    for (int y = 0; y < picture.rows; ++y) {
        for (int x = 0; x < picture.columns; ++x) {
            double sum = 0;
            int count = 0;
            for (int row = std::max(0, y - reach); row <= std::min(picture.rows - 1, y + reach);
                 ++row) {
                for (int column = std::max(0, x - reach);
                     column <= std::min(picture.columns - 1, x + reach); ++column, ++count)
                    sum += picture.luma[static_cast<std::size_t>(row * picture.columns + column)];
            }
            const auto i = static_cast<std::size_t>(y * picture.columns + x);
            detail[i] = static_cast<float>(picture.luma[i] - sum / count);
            power += static_cast<double>(detail[i]) * detail[i];
        }
    }
    const double length = std::sqrt(power);
    if (length < leastDeviation * std::sqrt(static_cast<double>(detail.size())))
        return nullptr;
    for (float &value : detail)
        value = static_cast<float>(value / length);
    auto texture = std::make_shared<FaceTexture>();
    texture->aligned = true; // as the camera is
    texture->variants.push_back(std::move(detail));
    return texture;
}

} // namespace ooto::core
