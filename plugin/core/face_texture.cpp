// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/face_texture.h"

#include <algorithm>
#include <array>
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

} // namespace ooto::core
