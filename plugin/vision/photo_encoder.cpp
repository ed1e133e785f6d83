// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/photo_encoder.h"
#include "vision/jpeg_encoder.h"
#include "vision/png_encoder.h"

#include <algorithm>
#include <cmath>
#include <new>

namespace ooto::vision
{
namespace
{

constexpr std::uint8_t grey = 128;

/** Whole pixels, right and bottom exclusive. */
struct Area {
    int left;
    int top;
    int right;
    int bottom;
};

/** All pixels that the box touches, within the image. */
Area touched(const core::Box &box, const core::Image &image)
{
    const auto pixel = [](double value, int limit) {
        return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(limit)));
    };
    if (box.empty() || !std::isfinite(box.x + box.y + box.width + box.height))
        return {0, 0, 0, 0};
    return {pixel(std::floor(box.x), image.width()), pixel(std::floor(box.y), image.height()),
            pixel(std::ceil(box.right()), image.width()),
            pixel(std::ceil(box.bottom()), image.height())};
}

void fillRow(core::Image &image, int y, int left, int right)
{
    if (left < right)
        std::fill_n(image.data() + static_cast<std::size_t>(y) * image.stride() +
                        static_cast<std::size_t>(left) * 3,
                    static_cast<std::size_t>(right - left) * 3, grey);
}

} // namespace

void paintOver(core::Image &image, const std::vector<core::Box> &neighbours, const core::Box &keep)
{
    const Area kept = touched(keep, image);
    for (const core::Box &neighbour : neighbours) {
        const Area area = touched(neighbour, image);
        for (int y = area.top; y < area.bottom; ++y) {
            if (y < kept.top || y >= kept.bottom) {
                fillRow(image, y, area.left, area.right);
            } else {
                fillRow(image, y, area.left, std::min(area.right, kept.left));
                fillRow(image, y, std::max(area.left, kept.right), area.right);
            }
        }
    }
}

std::vector<std::uint8_t> encodePhoto(const core::ImageView &image, PhotoFormat format,
                                      int jpegQuality)
{
    if (!image.data || image.width <= 0 || image.height <= 0)
        return {};
    try {
        return format == PhotoFormat::Jpeg ? encodeJpeg(image, std::clamp(jpegQuality, 1, 100))
                                           : encodePng(image);
    } catch (const std::bad_alloc &) {
        return {};
    }
}

} // namespace ooto::vision
