// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/luma_reader.h"

#include <algorithm>
#include <array>

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

namespace
{

constexpr int perSide = 2 * core::Patch::side;

/** Of the middles of so many equal parts of a length in a picture, px, inside the picture. */
std::array<int, perSide> middles(double begin, double length, int pictureSize)
{
    std::array<int, perSide> px{};
    for (int i = 0; i < perSide; ++i) {
        const double at = begin + (i + 0.5) / perSide * length;
        px[static_cast<std::size_t>(i)] =
            std::clamp(static_cast<int>(pictureSize * at), 0, std::max(0, pictureSize - 1));
    }
    return px;
}

} // namespace

std::optional<core::Patch> LumaReader::read(const core::Box &box)
{
    if (!data_ || step_ <= 0)
        return std::nullopt;
    const auto columns = middles(box.x, box.width, visible_.width);
    const auto rows = middles(box.y, box.height, visible_.height);
    // The picture is not in the cache. Nothing but loads, so that they do not wait for each other.
    std::array<int, perSide * perSide> values; // NOLINT(*-member-init): all are set
    auto value = values.begin();
    for (const int row : rows) {
        const std::uint8_t *line =
            data_ + static_cast<std::ptrdiff_t>(stride_) * (visible_.y + row);
        for (const int column : columns) {
            const std::uint8_t *pixel =
                line + static_cast<std::ptrdiff_t>(step_) * (visible_.x + column);
            *value++ = wide_ ? pixel[0] | pixel[1] << 8 : *pixel;
        }
    }
    core::Patch patch;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t cell = i / (2 * perSide) * core::Patch::side + i % perSide / 2;
        patch.luma[cell] += static_cast<float>(values[i]) * levels_ / 4;
    }
    return patch;
}

} // namespace ooto::element
