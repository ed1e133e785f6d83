// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/face_texture.h"

#include <algorithm>
#include <numeric>

namespace ooto::core
{

double textureSimilarity(const FaceTexture &known, const FaceTexture &seen)
{
    if (known.variants.empty())
        return 0;
    const FaceTexture::Vector &reference = known.variants.front();
    double best = 0; // as unlike as it gets, which what is not a number is, too
    for (const FaceTexture::Vector &variant : seen.variants)
        if (variant.size() == reference.size())
            best = std::max(best, static_cast<double>(std::inner_product(
                                      variant.begin(), variant.end(), reference.begin(), 0.0F)));
    return std::min(best, 1.0);
}

} // namespace ooto::core
