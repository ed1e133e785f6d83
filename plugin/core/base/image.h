// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture in memory: 8 bit blue, green, red, rows of `stride` bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ooto::core
{

/** Borrows pixels for the length of a call. */
struct ImageView {
    const std::uint8_t *data = nullptr;
    int width = 0;          ///< px
    int height = 0;         ///< px
    std::size_t stride = 0; ///< bytes from row to row, at least 3 * width
};

/** Owns pixels; the memory is kept when it is made smaller. */
class Image
{
public:
    void resize(int width, int height)
    {
        width_ = width;
        height_ = height;
        stride_ = (static_cast<std::size_t>(width) * 3 + 3) & ~std::size_t{3};
        pixels_.resize(stride_ * static_cast<std::size_t>(height));
    }

    std::uint8_t *data() { return pixels_.data(); }
    const std::uint8_t *data() const { return pixels_.data(); }
    int width() const { return width_; }
    int height() const { return height_; }
    std::size_t stride() const { return stride_; }
    ImageView view() const { return {pixels_.data(), width_, height_, stride_}; }

private:
    std::vector<std::uint8_t> pixels_;
    int width_ = 0;
    int height_ = 0;
    std::size_t stride_ = 0;
};

} // namespace ooto::core
