// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/sample_frame.h"

#include "element/visible_rect.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace ooto::element
{

namespace
{

/**
 * Bytes; 4K of the widest common pixels. Of a larger picture lines are left out, because copying
 * it would take the streaming thread as long as a frame lasts.
 */
constexpr std::size_t mostCopied = std::size_t(4096) * 2160 * 4;

bool hasTwoFields(const GstVideoFrame &frame)
{
    const GstVideoInterlaceMode mode = GST_VIDEO_INFO_INTERLACE_MODE(&frame.info);
    // In an interleaved stream every frame is two fields; in a mixed one its flag says so.
    return frame.info.height >= 2 &&
           (mode == GST_VIDEO_INTERLACE_MODE_INTERLEAVED ||
            (mode == GST_VIDEO_INTERLACE_MODE_MIXED && GST_VIDEO_FRAME_IS_INTERLACED(&frame)));
}

GstVideoInfo tightInfo(const GstVideoInfo &info)
{
    GstVideoInfo tight;
    gst_video_info_set_format(&tight, GST_VIDEO_INFO_FORMAT(&info), GST_VIDEO_INFO_WIDTH(&info),
                              GST_VIDEO_INFO_HEIGHT(&info));
    tight.colorimetry = info.colorimetry;
    tight.chroma_site = info.chroma_site;
    return tight;
}

/** 1: every line is kept. 2: the top field, or half of a large picture, and so on. */
int lineStep(const GstVideoFrame &frame)
{
    if (GST_VIDEO_FORMAT_INFO_IS_TILED(frame.info.finfo))
        return 1; // there are no lines to leave out
    int step = hasTwoFields(frame) ? 2 : 1;
    const std::size_t whole = tightInfo(frame.info).size;
    while (whole / static_cast<std::size_t>(step) > mostCopied)
        step *= 2;
    return std::min(step, frame.info.height);
}

/** Whether the first plane is the luma and nothing else, a byte for each pixel. */
bool hasPlainLuma(const GstVideoFormatInfo &format)
{
    constexpr unsigned unreadable =
        GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_PALETTE | GST_VIDEO_FORMAT_FLAG_TILED;
    const bool isLuma =
        GST_VIDEO_FORMAT_INFO_IS_YUV(&format) || GST_VIDEO_FORMAT_INFO_IS_GRAY(&format);
    return isLuma && !(format.flags & unreadable) && GST_VIDEO_FORMAT_INFO_PLANE(&format, 0) == 0 &&
           GST_VIDEO_FORMAT_INFO_PSTRIDE(&format, 0) == 1 &&
           GST_VIDEO_FORMAT_INFO_DEPTH(&format, 0) == 8 &&
           GST_VIDEO_FORMAT_INFO_POFFSET(&format, 0) == 0;
}

/** The same memory seen as a progressive picture of every `step`-th line. */
GstVideoFrame everyLine(int step, const GstVideoFrame &frame)
{
    GstVideoFrame lines = frame;
    lines.info.height = (frame.info.height + step - 1) / step;
    for (int &stride : lines.info.stride)
        stride *= step;
    return lines;
}

GstStructure *converterOptions(const core::PixelRect &source, const core::PixelSize &size)
{
    // Linear is enough, as GStreamer widens the filter when it scales down; dithering would add
    // noise that is not in the scene.
    return gst_structure_new(
        "options", GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, source.x,
        GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, source.y, GST_VIDEO_CONVERTER_OPT_SRC_WIDTH,
        G_TYPE_INT, source.width, GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, source.height,
        GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, 0, GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
        0, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, size.width,
        GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT, size.height,
        GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
        GST_VIDEO_RESAMPLER_METHOD_LINEAR, GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
        GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE, nullptr);
}

} // namespace

bool SampleFrame::copyFrom(GstBuffer *buffer, const GstVideoInfo &info)
{
    MappedFrame source(buffer, info, GST_MAP_READ);
    if (!source)
        return false;

    // The mapped frame's size is that of the memory, which a crop meta makes larger than the caps'.
    lineStep_ = lineStep(*source);
    const GstVideoFrame lines = everyLine(lineStep_, *source);
    info_ = tightInfo(lines.info);
    if (!copy_ || gst_buffer_get_size(copy_.get()) != info_.size)
        copy_.reset(gst_buffer_new_allocate(nullptr, info_.size, nullptr));
    visible_ = visibleRect(buffer, info);
    shape_ = {visible_.width, visible_.height, info.par_n, info.par_d};

    MappedFrame target(copy_.get(), info_, GST_MAP_WRITE);
    return target && gst_video_frame_copy(&*target, &lines);
}

bool SampleFrame::cut(const core::PixelRect &part, const core::PixelSize &size,
                      core::Image &image) const
{
    MappedFrame whole(copy_.get(), info_, GST_MAP_READ);
    if (!whole)
        return false;
    core::PixelRect source{visible_.x + part.x, visible_.y + part.y, part.width, part.height};
    source.y /= lineStep_;
    source.height =
        std::clamp((source.height + lineStep_ - 1) / lineStep_, 1, whole->info.height - source.y);

    image.resize(size.width, size.height);
    GstVideoInfo imageInfo;
    gst_video_info_set_format(&imageInfo, GST_VIDEO_FORMAT_BGR, size.width, size.height);
    imageInfo.stride[0] = static_cast<int>(image.stride());
    imageInfo.size = image.stride() * size.height;
    BufferHandle wrapped(gst_buffer_new_wrapped_full(static_cast<GstMemoryFlags>(0), image.data(),
                                                     imageInfo.size, 0, imageInfo.size, nullptr,
                                                     nullptr));
    MappedFrame target(wrapped.get(), imageInfo, GST_MAP_WRITE);
    const ConverterHandle converter(
        gst_video_converter_new(&info_, &imageInfo, converterOptions(source, size)));
    if (!target || !converter)
        return false;
    gst_video_converter_frame(converter.get(), &*whole, &*target);
    return true;
}

bool SampleFrame::lumaGrid(const core::GridSize &size, core::LumaGrid &grid)
{
    constexpr int linesPerCell = 2;
    MappedFrame whole(copy_.get(), info_, GST_MAP_READ);
    const GstVideoFormatInfo *format = info_.finfo;
    const GstVideoFormatInfo *unpacked = gst_video_format_get_info(format->unpack_format);
    if (!whole || !unpacked || visible_.width < size.columns || visible_.height < size.rows)
        return false;
    // Of the four components of a pixel: luma comes second, and so does red; green is nearer.
    const std::size_t bytes = GST_VIDEO_FORMAT_INFO_BITS(unpacked) > 8 ? 2 : 1;
    const std::size_t component = GST_VIDEO_FORMAT_INFO_IS_RGB(unpacked) ? 2 : 1;
    line_.resize((static_cast<std::size_t>(info_.width) + 64) * 4 * bytes);

    grid.columns = size.columns;
    grid.rows = size.rows;
    grid.luma.assign(static_cast<std::size_t>(size.columns) * size.rows, 0);
    const bool inPlace = hasPlainLuma(*format);
    for (int row = 0; row < size.rows; ++row) {
        float *cells = &grid.luma[static_cast<std::size_t>(row) * size.columns];
        for (int i = 0; i < linesPerCell; ++i) {
            const int inCell = (2 * i + 1) * visible_.height / (2 * linesPerCell * size.rows);
            const int y = visible_.y + row * visible_.height / size.rows + inCell;
            const int line = std::min(y / lineStep_, info_.height - 1);
            if (inPlace) {
                const auto *const plane =
                    static_cast<const std::uint8_t *>(GST_VIDEO_FRAME_PLANE_DATA(&*whole, 0));
                addLine(cells, size.columns,
                        plane + static_cast<std::ptrdiff_t>(line) *
                                    GST_VIDEO_FRAME_PLANE_STRIDE(&*whole, 0));
                continue;
            }
            format->unpack_func(format, GST_VIDEO_PACK_FLAG_NONE, line_.data(), whole->data,
                                whole->info.stride, 0, line, info_.width);
            addLine(cells, size.columns, line_.data() + component * bytes, bytes);
        }
        for (int column = 0; column < size.columns; ++column)
            cells[column] /= linesPerCell;
    }
    return true;
}

/** Adds each cell's mean over one line of luma alone, a byte each. */
void SampleFrame::addLine(float *cells, int columns, const std::uint8_t *values) const
{
    for (int column = 0; column < columns; ++column) {
        const int begin = visible_.x + column * visible_.width / columns;
        const int end = visible_.x + (column + 1) * visible_.width / columns;
        const unsigned sum = std::accumulate(values + begin, values + end, 0U);
        cells[column] += static_cast<float>(sum) / static_cast<float>(std::max(1, end - begin));
    }
}

/** Adds each cell's mean over one line of pixels of four components. */
void SampleFrame::addLine(float *cells, int columns, const std::uint8_t *values,
                          std::size_t bytes) const
{
    for (int column = 0; column < columns; ++column) {
        const int begin = visible_.x + column * visible_.width / columns;
        const int end = visible_.x + (column + 1) * visible_.width / columns;
        unsigned sum = 0;
        for (int x = begin; x < end; ++x) {
            const std::uint8_t *value = values + static_cast<std::size_t>(x) * 4 * bytes;
            std::uint16_t wide = *value;
            if (bytes == 2) {
                std::memcpy(&wide, value, sizeof wide);
                wide >>= 8;
            }
            sum += wide;
        }
        cells[column] += static_cast<float>(sum) / static_cast<float>(std::max(1, end - begin));
    }
}

} // namespace ooto::element
