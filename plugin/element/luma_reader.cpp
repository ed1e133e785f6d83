// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/luma_reader.h"

#include <algorithm>

namespace ooto::element
{

LumaReader::LumaReader(GstBuffer *buffer, const GstVideoInfo &info, const core::PixelRect &visible)
    : frame_(buffer, info, GST_MAP_READ), visible_(visible)
{
    const GstVideoFormatInfo *format = info.finfo;
    constexpr unsigned unreadable =
        GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_PALETTE | GST_VIDEO_FORMAT_FLAG_TILED;
    if (!frame_ || (format->flags & unreadable))
        return;
    const int component = GST_VIDEO_FORMAT_INFO_IS_RGB(format) ? 1 : 0; // green is nearest to luma
    const auto depth = GST_VIDEO_FORMAT_INFO_DEPTH(format, component);
    const auto shift = GST_VIDEO_FORMAT_INFO_SHIFT(format, component);
    wide_ = depth > 8;
    if ((!wide_ && (depth != 8 || shift != 0)) || (wide_ && !GST_VIDEO_FORMAT_INFO_IS_LE(format)))
        return;
    // Components that share a word are none of their own.
    if (wide_ && GST_VIDEO_FORMAT_INFO_N_PLANES(format) == 1 &&
        2 * static_cast<int>(GST_VIDEO_FORMAT_INFO_N_COMPONENTS(format)) >
            GST_VIDEO_FRAME_COMP_PSTRIDE(&*frame_, component))
        return;
    levels_ = 1.0F / static_cast<float>(1 << (depth + shift - 8));
    data_ = GST_VIDEO_FRAME_COMP_DATA(&*frame_, component);
    stride_ = GST_VIDEO_FRAME_COMP_STRIDE(&*frame_, component);
    step_ = GST_VIDEO_FRAME_COMP_PSTRIDE(&*frame_, component);
}

std::optional<core::Patch> LumaReader::read(const core::Box &box)
{
    if (!data_ || step_ <= 0)
        return std::nullopt;
    constexpr int perSide = 2 * core::Patch::side;
    core::Patch patch;
    for (int row = 0; row < perSide; ++row) {
        const double inBoxY = (row + 0.5) / perSide;
        const int y = static_cast<int>(visible_.height * (box.y + inBoxY * box.height));
        const std::uint8_t *line =
            data_ + static_cast<std::ptrdiff_t>(stride_) *
                        (visible_.y + std::clamp(y, 0, std::max(0, visible_.height - 1)));
        for (int column = 0; column < perSide; ++column) {
            const double inBoxX = (column + 0.5) / perSide;
            const int x = static_cast<int>(visible_.width * (box.x + inBoxX * box.width));
            const std::uint8_t *pixel =
                line + static_cast<std::ptrdiff_t>(step_) *
                           (visible_.x + std::clamp(x, 0, std::max(0, visible_.width - 1)));
            const int value = wide_ ? pixel[0] | pixel[1] << 8 : *pixel;
            patch.luma[static_cast<std::size_t>(row / 2 * core::Patch::side + column / 2)] +=
                static_cast<float>(value) * levels_ / 4;
        }
    }
    return patch;
}

} // namespace ooto::element
